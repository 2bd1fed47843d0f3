import { runCommand, type CommandSpec } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { runKeys } from "#tools/tenant/keys/run-keys";
import { settingsPlaceOptions, withSettingsPlace } from "#tools/tenant/settings/settings-place";

const options = {
  ...settingsPlaceOptions,
  scopes: { type: "string", value: "LIST", about: "create: what the key may do, e.g. chat,search,tools:summarize" },
  acl: { type: "string", value: "LIST", about: "create: labels of documents that it may read, e.g. team:legal" },
  label: { type: "string", value: "TEXT", about: "create: what it is for; shown in the list" },
  expires: { type: "string", value: "TIME", about: "create, rotate: end of the new key, e.g. 90d; default: never" },
  overlap: { type: "string", value: "TIME", about: "rotate: how long the old key still works; default: 24h" },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:keys --",
  about: "Makes, lists and revokes the API keys of a tenant. Only a digest of a key is stored.",
  positionals: "COMMAND",
  actions: {
    list: "every key: id, scopes, when it ends",
    create: "a new key; it is shown once",
    "revoke ID": "a key works no longer, everywhere within 60 seconds",
    "rotate ID": "a new key in place of another, which works a while longer",
  },
  options,
  examples: [
    "tools/bazel run //tenants/acme:keys -- create --scopes chat,search --label website --expires 90d",
    "tools/bazel run //tenants/acme:keys -- list --json",
    "tools/bazel run //tenants/acme:keys -- rotate key_0123456789abcdef --env production --yes",
  ],
};

await runCommand(spec, ({ values, positionals }) => {
  const started = { invocation: readInvocation(process.env, process.cwd()), env: process.env };
  return withSettingsPlace(values, started, (place) => runKeys(place, positionals, values, new Date()));
});
