import type { CommandSpec } from "#tools/command/command-line";
import { runDriftCommand } from "./drift/run-drift-command.js";
import { driftAllCommand, driftAllOptions } from "./rollout/drift-all-command.js";

const spec: CommandSpec<typeof driftAllOptions> = {
  name: "tools/bazel run //:drift_all --",
  about:
    "Compares every account with the build, tenant by tenant. Exit code 0: all the same, 2: drift, 1: a tenant could not be compared.",
  options: driftAllOptions,
  examples: [
    "tools/bazel run //:drift_all -- --env production",
    "tools/bazel run //:drift_all -- --env production --json",
    "tools/bazel run //:drift_all -- --env production --only acme --repair --yes",
  ],
};

await runDriftCommand(spec, ({ values }) => driftAllCommand(values));
