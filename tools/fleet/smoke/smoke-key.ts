import { apiKeyStorageKey, generateApiKey } from "#auth/api-key";
import type { ResolvedEnvironment } from "#tenancy/environments";
import { type Scope, SCOPES } from "#tenancy/scopes";
import type { TenantId } from "#tenancy/tenant-id";
import type { Account } from "../account/account.js";
import { deleteValue, putValue } from "../account/storage.js";

/** How long the key of a smoke run lives, seconds: it goes away by itself if the run is killed. */
const KEY_TTL_SECONDS = 600;

/** Calls `use` with an API key of the tenant that is made for it, and taken away afterwards. Without `scopes` it may do all. */
export async function withSmokeKey<T>(
  account: Account,
  { tenantId, environment }: { readonly tenantId: TenantId; readonly environment: ResolvedEnvironment },
  use: (key: string) => Promise<T>,
  scopes: readonly Scope[] = SCOPES,
): Promise<T> {
  const namespaceId = environment.kvNamespaceId ?? "";
  const nowMs = Date.now();
  const { key, record } = await generateApiKey(tenantId, {
    label: scopes === SCOPES ? "smoke test of a deploy" : "fleet page",
    scopes,
    nowMs,
    expiresAt: new Date(nowMs + KEY_TTL_SECONDS * 1_000).toISOString(),
  });
  const storageKey = await apiKeyStorageKey(tenantId, key);
  await putValue(account, namespaceId, storageKey, JSON.stringify(record), KEY_TTL_SECONDS);
  try {
    return await use(key);
  } finally {
    // Whatever happens to this call: the key ends by itself.
    await deleteValue(account, namespaceId, storageKey).catch(() => undefined);
  }
}
