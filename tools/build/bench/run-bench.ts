import { CommandError, EXIT_CODES, runCommand } from "#tools/command/command-line";
import { createBazelBuilder } from "#tools/build/bench/build-by-bazel";
import { createPeerBuilder } from "#tools/build/bench/peers/build-by-peer";
import { PEERS } from "#tools/build/bench/peers/peers";
import { measureRemoteCache } from "#tools/build/bench/remote-cache";
import { measureSteps, type TenantBuilder } from "#tools/build/bench/steps";

const spec = {
  name: "bazel run //tools:build_bench --",
  about:
    "Generates tenants in a copy of the repository and measures their build: from nothing, without a change, after a change\nof a comment, of a line and of an export, with one tenant more. Then a second copy builds the same out of a remote cache.",
  options: {
    tenants: { type: "string", value: "LIST", about: "how many, one after the other (default 10,100)" },
    targets: { type: "string", value: "LABELS", about: "what the remote cache is shown with (default //platform/...)" },
    "cache-only": { type: "boolean", about: "show the remote cache only" },
    peers: { type: "boolean", about: "show Nx and Turborepo beside Bazel, at the same work; both are fetched by npm" },
  },
  examples: [
    "bazel run //tools:build_bench",
    "bazel run //tools:build_bench -- --tenants 10,100,1000",
    "bazel run //tools:build_bench -- --peers",
  ],
} as const;

await runCommand(spec, async ({ values }) => {
  const counts = (values.tenants ?? "10,100").split(",").map(Number);
  if (counts.some((count) => !Number.isInteger(count) || count < 1))
    throw new CommandError("--tenants takes whole numbers", { fix: "--tenants 10,100", exitCode: EXIT_CODES.usage });
  if (values.peers === true) {
    measurePeers(counts);
    return EXIT_CODES.ok;
  }
  if (values["cache-only"] !== true) measureAll([createBazelBuilder(process.env, "everything")], counts);
  const isWhole = await measureRemoteCache((values.targets ?? "//platform/...").split(","));
  return isWhole ? EXIT_CODES.ok : EXIT_CODES.failed;
});

/** All build the same: config, wrangler files and Worker of each generated tenant, and the platform that they are linked from. */
function measurePeers(counts: readonly number[]): void {
  const bazel = createBazelBuilder(process.env, "deployed files");
  const builders: TenantBuilder[] = [bazel];
  try {
    for (const peer of PEERS) builders.push(createPeerBuilder(peer, bazel.sources, process.env));
  } catch (error) {
    bazel.remove();
    throw error;
  }
  measureAll(builders, counts);
}

function measureAll(builders: readonly TenantBuilder[], counts: readonly number[]): void {
  try {
    measureSteps(builders, counts);
  } finally {
    for (const { remove } of builders) remove();
  }
}
