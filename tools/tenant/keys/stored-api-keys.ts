import { apiKeyRecordSchema, type ApiKeyRecord, apiKeyStorageKey, apiKeyStoragePrefix } from "#auth/api-key";
import type { TenantId } from "#tenancy/tenant-id";
import type { KeyValues } from "#tools/tenant/kv/key-values";

/** A record, and where it lies: the digest of a key that nobody can read back. */
export interface StoredApiKey {
  readonly storageKey: string;
  readonly record: ApiKeyRecord;
}

/** All keys of a tenant, the oldest first. What is no record of a key is left out: no Worker takes it either. */
export async function listApiKeys(tenantId: TenantId, keyValues: KeyValues): Promise<readonly StoredApiKey[]> {
  const found: StoredApiKey[] = [];
  for (const { key: storageKey } of await keyValues.list(apiKeyStoragePrefix(tenantId))) {
    const record = parseRecord(await keyValues.get(storageKey));
    if (record !== undefined) found.push({ storageKey, record });
  }
  return found.toSorted((a, b) => a.record.createdAt.localeCompare(b.record.createdAt));
}

/** Makes a key known to the tenant's Workers. */
export async function storeApiKey(
  tenantId: TenantId,
  keyValues: KeyValues,
  { key, record }: { readonly key: string; readonly record: ApiKeyRecord },
): Promise<void> {
  await keyValues.put(await apiKeyStorageKey(tenantId, key), JSON.stringify(record));
}

function parseRecord(text: string | undefined): ApiKeyRecord | undefined {
  try {
    return apiKeyRecordSchema.safeParse(JSON.parse(text ?? "null")).data;
  } catch {
    return undefined;
  }
}
