import { ENVIRONMENTS, type EnvironmentName } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import { CommandError, EXIT_CODES, type CommandLine, type OptionSpec } from "#tools/command/command-line";
import type { Invocation } from "#tools/command/invocation";
import { accountNamespace } from "#tools/tenant/kv/account-namespace";
import type { KeyValues } from "#tools/tenant/kv/key-values";
import { restKeyValues } from "#tools/tenant/kv/rest-key-values";
import { withLocalKeyValues } from "#tools/tenant/local/local-key-values";
import { readTenantFiles, tenantFileOptions } from "#tools/tenant/local/tenant-files";
import { SettingsStore } from "#tools/tenant/settings/settings-store";

/** Options of the commands that change what a Worker does at run time. */
export const settingsPlaceOptions = {
  ...tenantFileOptions,
  env: {
    type: "string",
    value: "NAME",
    about: "staging or production: in the tenant's Cloudflare account; default: dev, on this machine",
  },
  data: { type: "string", value: "DIR", about: "data folder of the local server; default: .data/<tenant>" },
  "dry-run": { type: "boolean", about: "show what would change, and change nothing" },
  yes: { type: "boolean", about: "change staging or production; without it they are only shown what would change" },
  json: { type: "boolean", about: "print one JSON object" },
} as const satisfies Record<string, OptionSpec>;

export type SettingsPlaceValues = CommandLine<typeof settingsPlaceOptions>["values"];

/** One environment of a tenant, and how its settings may be changed. */
export interface SettingsPlace {
  readonly config: TenantConfig;
  readonly environment: EnvironmentName;
  /** The KV of the environment. */
  readonly keyValues: KeyValues;
  /** The settings in it. */
  readonly store: SettingsStore;
  /** For people: `acme, dev on this machine`. */
  readonly name: string;
  /** The options that name the place, for a command to be pasted; they begin with a blank. */
  readonly options: string;
  /** `plan`: nothing is changed. `needs-yes`: nothing is changed, and that is a failure. */
  readonly mode: "act" | "plan" | "needs-yes";
  readonly json: boolean;
  readonly say: (line: string) => void;
}

/** Opens the environment that the options name, for as long as `use` takes. */
export async function withSettingsPlace(
  values: SettingsPlaceValues,
  { invocation, env }: { readonly invocation: Invocation; readonly env: NodeJS.ProcessEnv },
  use: (place: SettingsPlace) => Promise<number>,
): Promise<number> {
  const files = readTenantFiles(values);
  const { config } = files;
  if (config === undefined) throw new CommandError("--config is missing", { fix: "start it with tools/bazel run" });
  const environment = parseEnvironment(values.env ?? "dev");
  const shared = {
    config,
    environment,
    json: values.json === true,
    say: (line: string) => void process.stdout.write(`${line}\n`),
  };
  const isDryRun = values["dry-run"] === true;
  if (environment === "dev") {
    return withLocalKeyValues(files, { invocation, data: values.data }, (keyValues) => {
      const name = `${config.tenantId}, dev on this machine`;
      const options = values.data === undefined ? "" : ` --data ${values.data}`;
      const store = new SettingsStore(keyValues);
      return use({ ...shared, name, options, keyValues, store, mode: isDryRun ? "plan" : "act" });
    });
  }
  if (values.data !== undefined) {
    throw new CommandError("--data is a folder of this machine", {
      fix: `leave it out, or leave out --env ${environment}`,
      exitCode: EXIT_CODES.usage,
    });
  }
  const keyValues = restKeyValues(accountNamespace(config, environment, env));
  return use({
    ...shared,
    name: `${config.tenantId}, ${environment}`,
    options: ` --env ${environment} --yes`,
    keyValues,
    store: new SettingsStore(keyValues),
    mode: isDryRun ? "plan" : values.yes === true ? "act" : "needs-yes",
  });
}

function parseEnvironment(text: string): EnvironmentName {
  const environment = ENVIRONMENTS.find((name) => name === text);
  if (environment !== undefined) return environment;
  throw new CommandError(`there is no environment "${text}"`, {
    fix: `use one of: ${ENVIRONMENTS.join(", ")}`,
    exitCode: EXIT_CODES.usage,
  });
}
