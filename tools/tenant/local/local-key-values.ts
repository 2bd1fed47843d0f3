import { CommandError } from "#tools/command/command-line";
import { dataFolder, type Invocation } from "#tools/command/invocation";
import type { KeyValues } from "#tools/tenant/kv/key-values";
import { namespaceKeyValues } from "#tools/tenant/kv/namespace-key-values";
import { restKeyValues } from "#tools/tenant/kv/rest-key-values";
import { findServer } from "#tools/tenant/local/server-state";
import type { TenantFiles } from "#tools/tenant/local/tenant-files";

/**
 * Calls `use` with the KV of a tenant's data folder: through the development server that runs on it, or through a runtime that
 * lives as long as the call.
 */
export async function withLocalKeyValues<T>(
  files: TenantFiles,
  place: { readonly invocation: Invocation; readonly data: string | undefined },
  use: (keyValues: KeyValues) => Promise<T>,
): Promise<T> {
  const dataDir = dataFolder(place.invocation, files.tenantId, place.data);
  const running = findServer(dataDir);
  if (running !== undefined && running.tenantId !== files.tenantId) {
    throw new CommandError(`${dataDir} is used by a server of ${running.tenantId}`, {
      fix: "give the data folder of this tenant: --data DIR",
    });
  }
  if (running !== undefined) return use(restKeyValues(running.kv));
  // Loaded when it is needed: what talks to a running server or to an account starts without the runtime.
  const { startTenantRuntime } = await import("#tools/tenant/local/tenant-runtime");
  const runtime = await startTenantRuntime({ ...files, dataDir, onLog: () => undefined });
  try {
    return await use(namespaceKeyValues(runtime.kv));
  } finally {
    await runtime.dispose();
  }
}
