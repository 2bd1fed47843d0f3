import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { readSummary } from "#tools/build/bench/read-summary";
import type { TenantBuilder } from "#tools/build/bench/steps";
import { createScratchWorkspace } from "#tools/build/tests/scratch-workspace";
import { tenantConfig } from "#tools/build/bench/peers/peer-workspace";

/** No cache but the one that is measured, whatever the person's own settings say. */
const NO_CACHE = ["--disk_cache=", "--remote_cache="];

/** Everything of all tenants, or only what the peers build too: the files of those that are generated. */
export type BuiltParts = "everything" | "deployed files";

/** A Bazel of its own in a copy of the repository. */
export function createBazelBuilder(env: NodeJS.ProcessEnv, parts: BuiltParts): TenantBuilder {
  const scratch = createScratchWorkspace(env);
  const deployed: string[] = [];
  return {
    name: "Bazel",
    sources: scratch.copy,
    addTenant(id) {
      const folder = path.join(scratch.copy, "tenants", id);
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        path.join(folder, "BUILD.bazel"),
        `load("//tools/build:defs.bzl", "tenant")\n\ntenant(name = "${id}")\n`,
      );
      writeFileSync(path.join(folder, "tenant.config.json"), JSON.stringify(tenantConfig(id)));
      deployed.push(`//tenants/${id}:bundle`, `//tenants/${id}:wrangler`);
    },
    build() {
      const targets = parts === "everything" ? ["//tenants/..."] : deployed;
      const args = [...NO_CACHE, ...scratch.reusedRepositories, "--build_tag_filters=tenant", "--", ...targets];
      return readSummary(scratch.bazel(["build", ...args]));
    },
    remove: scratch.remove,
  };
}
