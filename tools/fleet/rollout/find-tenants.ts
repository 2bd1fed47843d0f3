import path from "node:path";

import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import type { BuildFiles } from "../release/read-build.js";
import type { Bazel } from "./bazel.js";

/** `//tenants/acme:deploy` */
const LABEL_PATTERN = /^\/\/tenants\/([^:]+):/;

/**
 * The tenants of the checkout: those with a target of that tag, in the order of their ids.
 * @throws CommandError when `only` names another one
 */
export async function findTenants(bazel: Bazel, tag: string, only: readonly string[]): Promise<readonly string[]> {
  const labels = await bazel(["query", `attr(tags, "\\b${tag}\\b", //tenants/...)`, "--output=label"]);
  const found = labels
    .split("\n")
    .flatMap((label) => LABEL_PATTERN.exec(label)?.[1] ?? [])
    .toSorted();
  const unknown = only.filter((id) => !found.includes(id));
  if (unknown.length > 0) {
    throw new CommandError(`there is no tenant ${unknown.join(", ")}`, {
      why: `bazel query finds: ${found.join(", ") || "none"}`,
      exitCode: EXIT_CODES.usage,
    });
  }
  if (found.length === 0) throw new CommandError("there is no tenant", { fix: "add one: tenants/README.md" });
  return only.length === 0 ? found : found.filter((id) => only.includes(id));
}

/** Builds tenants and answers where their files are. */
export async function buildTenants(
  bazel: Bazel,
  workspaceDir: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, BuildFiles>> {
  await bazel(["build", ...ids.map((id) => `//tenants/${id}:deploy`)]);
  const bin = (await bazel(["info", "bazel-bin"])).trim();
  return new Map(
    ids.map((id) => {
      const folder = path.join(bin, "tenants", id);
      return [
        id,
        {
          tenant: id,
          bundle: path.join(folder, "bundle.js"),
          config: path.join(folder, "gen", "config.json"),
          wranglerDir: path.join(folder, "gen"),
          migrations: path.join(workspaceDir, "platform", "storage", "migrations"),
        },
      ];
    }),
  );
}
