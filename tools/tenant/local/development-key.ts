import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { KVNamespace } from "@cloudflare/workers-types";
import * as z from "#base/zod";

import { apiKeyRecordSchema, apiKeyStorageKey, generateApiKey } from "#auth/api-key";
import { SCOPES } from "#tenancy/scopes";
import type { TenantId } from "#tenancy/tenant-id";

const FILE_NAME = "development-key.json";

/** What the data folder keeps: the only place where the clear text of a key is stored, readable by its owner alone. */
const storedKeySchema = z.object({ key: z.string().check(z.minLength(1)), record: apiKeyRecordSchema });

/**
 * The key of the local server, with every scope: made once per data folder, so that pasted commands keep working
 * after a restart. Its record is written to the tenant's KV each time.
 */
export async function ensureDevelopmentKey(
  tenantId: TenantId,
  kv: Pick<KVNamespace, "put">,
  dataDir: string | undefined,
  nowMs: number,
): Promise<string> {
  const stored = dataDir === undefined ? undefined : readStoredKey(dataDir, tenantId);
  const { key, record } =
    stored ?? (await generateApiKey(tenantId, { label: "development", scopes: [...SCOPES], nowMs }));
  if (stored === undefined && dataDir !== undefined) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(path.join(dataDir, FILE_NAME), `${JSON.stringify({ key, record }, null, 2)}\n`, { mode: 0o600 });
  }
  await kv.put(await apiKeyStorageKey(tenantId, key), JSON.stringify({ ...record, scopes: [...SCOPES] }));
  return key;
}

function readStoredKey(dataDir: string, tenantId: TenantId): z.infer<typeof storedKeySchema> | undefined {
  try {
    const stored = storedKeySchema.parse(JSON.parse(readFileSync(path.join(dataDir, FILE_NAME), "utf8")));
    return stored.key.startsWith(`ak_${tenantId}_`) ? stored : undefined;
  } catch {
    // Not there yet, or not ours: a new key takes its place.
    return undefined;
  }
}
