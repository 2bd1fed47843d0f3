import { runCommand, type CommandSpec } from "#tools/command/command-line";
import { deployAllCommand, deployAllOptions } from "./rollout/deploy-all-command.js";

const spec: CommandSpec<typeof deployAllOptions> = {
  name: "tools/bazel run //:deploy_all --",
  about: `Deploys every tenant of the checkout, or some, each as its :deploy does it. Shows all plans first. Exit code 1 when one of
them does not have the release in the end; the commands to go on are printed.`,
  options: deployAllOptions,
  examples: [
    "tools/bazel run //:deploy_all -- --env staging --dry-run",
    "tools/bazel run //:deploy_all -- --env production --waves 1,5,all --soak 300 --yes",
    "tools/bazel run //:deploy_all -- --env production --only acme,globex --yes",
    "tools/bazel run //:deploy_all -- --env production --resume --yes",
  ],
};

await runCommand(spec, ({ values }) => deployAllCommand(values));
