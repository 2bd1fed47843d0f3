import { CommandError, EXIT_CODES, runCommand, type CommandSpec } from "#tools/command/command-line";
import { environmentOption, actOptions, reachOptions } from "./operate/tenant-command.js";
import { tenantCommand } from "./lifecycle/tenant-command.js";

const { "connect-to": _unused, ...apiOptions } = reachOptions;
const options = {
  ...environmentOption,
  to: { type: "string", value: "DIR", about: "export: a new folder for the files" },
  confirm: { type: "string", value: "ID", about: "remove: the tenant's id once more" },
  ...actOptions,
  ...apiOptions,
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tools:tenant --",
  about: "The end of a tenant, and the way there. What it changes is shown first.",
  positionals: "COMMAND TENANT",
  actions: {
    "disable TENANT": "its config says so; from its next deploy on it answers nobody, and its data stays",
    "enable TENANT": "the other way round",
    "export TENANT": "all its rows and values of one environment, as files",
    "remove TENANT": "its Worker and its data in one environment, for good",
  },
  options,
  examples: [
    "tools/bazel run //tools:tenant -- disable acme --yes",
    "tools/bazel run //tools:tenant -- export acme --env production --to acme-export",
    "tools/bazel run //tools:tenant -- remove acme --env production --dry-run",
    "tools/bazel run //tools:tenant -- remove acme --env production --yes --confirm acme",
  ],
};

await runCommand(spec, ({ values, positionals: [verb, id, ...more] }) => {
  if (more.length === 0) return tenantCommand(verb, id, values);
  throw new CommandError("one tenant at a time", { exitCode: EXIT_CODES.usage });
});
