import { runCommand, type CommandSpec } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { runFlags } from "#tools/tenant/settings/run-flags";
import { settingsPlaceOptions, withSettingsPlace } from "#tools/tenant/settings/settings-place";

const spec: CommandSpec<typeof settingsPlaceOptions> = {
  name: "tools/bazel run //tenants/<tenant>:flags --",
  about: "Sets a tenant's feature flags and chat models at run time, without a deploy.",
  positionals: "COMMAND",
  actions: {
    list: "every setting, its value, and whether it was set or comes from the config",
    "get NAME": "the value of one",
    "set NAME VALUE": "flags: on or off; models: an id of the tenant's allow-list",
    "unset NAME": "back to what the config says",
  },
  options: settingsPlaceOptions,
  examples: [
    "tools/bazel run //tenants/acme:flags -- list",
    "tools/bazel run //tenants/acme:flags -- set searchAnswers off",
    "tools/bazel run //tenants/acme:flags -- set model:/search @cf/meta/llama-3.1-8b-instruct-fast --dry-run",
    "tools/bazel run //tenants/acme:flags -- unset searchAnswers --env production --yes",
  ],
};

await runCommand(spec, ({ values, positionals }) => {
  const started = { invocation: readInvocation(process.env, process.cwd()), env: process.env };
  return withSettingsPlace(values, started, (place) => runFlags(place, positionals, new Date()));
});
