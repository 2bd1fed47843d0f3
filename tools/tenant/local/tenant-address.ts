import { CommandError, EXIT_CODES, type CommandLine, type OptionSpec } from "#tools/command/command-line";
import { dataFolder, readInvocation, userPath, type Invocation } from "#tools/command/invocation";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";
import { ensureDevelopmentKey } from "#tools/tenant/local/development-key";
import { findServer, readServerFile } from "#tools/tenant/local/server-state";
import { readTenantFiles, tenantFileOptions } from "#tools/tenant/local/tenant-files";

/** Options of every command that talks to a tenant's Worker, wherever it runs. */
export const addressOptions = {
  ...tenantFileOptions,
  url: {
    type: "string",
    value: "URL",
    about: "address of a deployed or running Worker; default: the one on this machine",
  },
  key: { type: "string", value: "KEY", about: "API key for --url; default: TENANT_API_KEY" },
  "connect-to": {
    type: "string",
    value: "URL",
    about: "where the host of --url leads to instead of what DNS says; default: TENANT_CONNECT_TO",
  },
  "ready-file": { type: "string", value: "FILE", about: "what :dev --ready-file wrote, instead of --url and --key" },
  data: { type: "string", value: "DIR", about: "data folder of the local server; default: .data/<tenant>" },
} as const satisfies Record<string, OptionSpec>;

export type AddressValues = CommandLine<typeof addressOptions>["values"];

/** The address that `--url` and `--key` or `--ready-file` name; `undefined` when the local server is meant. */
export function givenAddress(values: AddressValues, env: NodeJS.ProcessEnv): TenantAddress | undefined {
  const { url, key, "ready-file": readyFile } = values;
  if (readyFile !== undefined) {
    if (url === undefined && key === undefined)
      return readServerFile(userPath(readInvocation(env, process.cwd()), readyFile));
    throw new CommandError("--ready-file says both address and key", {
      fix: "leave --url and --key out",
      exitCode: EXIT_CODES.usage,
    });
  }
  if (url === undefined) {
    if (key === undefined) return undefined;
    throw new CommandError("--key needs --url", {
      fix: "say whose key it is: --url https://…",
      exitCode: EXIT_CODES.usage,
    });
  }
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new CommandError(`--url ${url} is no address`, {
      fix: "write it like https://ai.acme.example",
      exitCode: EXIT_CODES.usage,
    });
  }
  const apiKey = key ?? env["TENANT_API_KEY"];
  if (apiKey === undefined) {
    throw new CommandError("--url needs a key", {
      fix: "give --key, or set TENANT_API_KEY",
      exitCode: EXIT_CODES.usage,
    });
  }
  const connectTo = values["connect-to"] ?? env["TENANT_CONNECT_TO"];
  return { url: parsed.href.replace(/\/+$/, ""), apiKey, ...(connectTo === undefined ? {} : { connectTo }) };
}

/**
 * Calls `use` with the local server of a tenant: the running one, or one that is started for this call and ends with it.
 * `dataDir: "temporary"` never touches a person's data.
 */
export async function withLocalTenant<T>(
  values: AddressValues,
  place: Invocation | "temporary",
  use: (address: TenantAddress) => Promise<T>,
): Promise<T> {
  const files = readTenantFiles(values);
  const dataDir = place === "temporary" ? undefined : dataFolder(place, files.tenantId, values.data);
  const running = dataDir === undefined ? undefined : findServer(dataDir);
  if (running !== undefined) return use(running);
  // Loaded when it is needed: a command that talks to a deployed Worker starts without the runtime.
  const { startTenantRuntime } = await import("#tools/tenant/local/tenant-runtime");
  const runtime = await startTenantRuntime({
    ...files,
    ...(dataDir === undefined ? {} : { dataDir }),
    onLog: () => undefined,
  });
  try {
    return await use({
      url: runtime.url,
      apiKey: await ensureDevelopmentKey(files.tenantId, runtime.kv, dataDir, Date.now()),
    });
  } finally {
    await runtime.dispose();
  }
}
