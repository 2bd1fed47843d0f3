import { runCommand, type CommandSpec } from "#tools/command/command-line";
import { deployCommand, deployOptions } from "./deploy/deploy-command.js";

const spec: CommandSpec<typeof deployOptions> = {
  name: "tools/bazel run //tenants/<tenant>:deploy --",
  about: `Deploys a tenant: shows what would change, uploads with wrangler, checks the new version before any user reaches it,
gives it the traffic, and keeps a record. A failed check takes the traffic back.`,
  options: deployOptions,
  examples: [
    "tools/bazel run //tenants/acme:deploy -- --env staging --dry-run",
    "tools/bazel run //tenants/acme:deploy -- --env production --yes --message 'new prompt'",
    "tools/bazel run //tenants/acme:deploy -- --env production --canary 10 --yes",
    "tools/bazel run //tenants/acme:deploy -- --env production --promote --yes",
  ],
};

await runCommand(spec, ({ values }) => deployCommand(values));
