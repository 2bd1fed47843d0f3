/**
 * Shows that many tenants cost little: generates 500 in a copy of the repository and measures how long it takes to find them
 * all; then adds one more to a few that are built, and looks at what is built again.
 *
 *     bazel run //tools/build/tests:scale
 *
 * Takes minutes, because every tenant is loaded and a few are bundled.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findTenants } from "#tools/fleet/rollout/find-tenants";
import { planWaves } from "#tools/fleet/rollout/plan-waves";
import { createScratchWorkspace } from "./scratch-workspace.js";

const TENANTS = 500;
/** Longest time to find and divide them, once Bazel has read their packages. */
const MAX_SECONDS = 5;
/** Tenants that are built. */
const BUILT = ["t0", "t1", "t2"];

const scratch = createScratchWorkspace(process.env);
const { bazel, reusedRepositories } = scratch;
const failures: string[] = [];

try {
  for (let number = 0; number < TENANTS; number += 1) addTenant(`t${number}`);
  const find = async (): Promise<readonly string[]> => {
    const tenants = await findTenants((args) => Promise.resolve(bazel([...args, ...reusedRepositories])), "deploy", []);
    planWaves(tenants, "1,5,all");
    return tenants;
  };
  console.log(`read: ${(await timed(find)).seconds.toFixed(1)} s`);
  const { result, seconds } = await timed(find);
  console.log(`found ${result.length} tenants in ${seconds.toFixed(1)} s`);
  check(result.length >= TENANTS, "bazel query finds every tenant");
  check(seconds <= MAX_SECONDS, `it takes no more than ${MAX_SECONDS} s`);

  build(BUILT);
  addTenant("one-more");
  const output = build([...BUILT, "one-more"]);
  const others = BUILT.filter((tenant) => output.includes(`//tenants/${tenant}:`));
  check(output.includes("//tenants/one-more:bundle"), "a new tenant is built");
  check(others.length === 0, "a new tenant builds its own targets only");
} finally {
  scratch.remove();
}
process.exitCode = failures.length === 0 ? 0 : 1;

function addTenant(id: string): void {
  const folder = path.join(scratch.copy, "tenants", id);
  mkdirSync(folder, { recursive: true });
  const build = `load("//tools/build:defs.bzl", "tenant")\n\ntenant(name = "${id}")\n`;
  writeFileSync(path.join(folder, "BUILD.bazel"), build);
  const config = { tenantId: id, displayName: id, accountId: "0".repeat(32) };
  writeFileSync(path.join(folder, "tenant.config.json"), JSON.stringify(config));
}

/** Builds what a deploy needs; answers what Bazel printed, every action that it ran included. */
function build(tenants: readonly string[]): string {
  const targets = tenants.map((tenant) => `//tenants/${tenant}:deploy`);
  return bazel(["build", "--subcommands", ...reusedRepositories, "--", ...targets]);
}

async function timed<Result>(run: () => Promise<Result>): Promise<{ result: Result; seconds: number }> {
  const startedMs = performance.now();
  const result = await run();
  return { result, seconds: (performance.now() - startedMs) / 1_000 };
}

function check(isTrue: boolean, what: string): void {
  console.log(`${isTrue ? "PASSED" : "FAILED"}  ${what}`);
  if (!isTrue) failures.push(what);
}
