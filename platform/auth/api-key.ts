import * as z from "#base/zod";

import { sha256Hex } from "#base/digest";
import { aclLabelSchema, MAX_ACL_LABELS } from "#tenancy/acl-label";
import { type Scope, scopeSchema } from "#tenancy/scopes";
import { scopedKey } from "#tenancy/scoped-key";
import { TENANT_ID_PATTERN, type TenantId } from "#tenancy/tenant-id";

/** Random bytes in a key: 32 bytes leave nothing to guess. */
const KEY_BYTES = 32;

/** What is stored of a key, under the digest of its text. The text itself is shown once and kept nowhere. */
export const apiKeyRecordSchema = z.strictObject({
  /** Public name of the key, e.g. `key_3f9a…`: for lists, logs and revocation. */
  id: z.string().check(z.regex(/^key_[0-9a-f]{16}$/)),
  label: z.string().check(z.maxLength(100)),
  scopes: z.array(scopeSchema),
  /** Labels of the documents that the key may read besides those without labels. */
  acl: z._default(z.array(aclLabelSchema).check(z.maxLength(MAX_ACL_LABELS)), []),
  createdAt: z.iso.datetime(),
  expiresAt: z.optional(z.iso.datetime()),
});

export type ApiKeyRecord = z.output<typeof apiKeyRecordSchema>;

/** A key in clear text: `ak_<tenant>_<random>`. Tenant ids hold no "_", so the parts are unambiguous. */
export function formatApiKey(tenantId: TenantId, random: Uint8Array): string {
  const text = btoa(String.fromCharCode(...random));
  return `ak_${tenantId}_${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

export interface NewApiKey {
  readonly label: string;
  readonly scopes: readonly Scope[];
  readonly acl?: readonly string[] | undefined;
  readonly nowMs: number;
  /** ISO 8601; absent: the key does not expire. */
  readonly expiresAt?: string | undefined;
}

/** Makes a new key and its record. */
export async function generateApiKey(
  tenantId: TenantId,
  options: NewApiKey,
): Promise<{ key: string; record: ApiKeyRecord }> {
  const key = formatApiKey(tenantId, crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
  const { label, scopes, acl = [], nowMs, expiresAt } = options;
  const record: ApiKeyRecord = {
    id: `key_${(await sha256Hex(`id:${key}`)).slice(0, 16)}`,
    label,
    scopes: [...scopes],
    acl: [...acl],
    createdAt: new Date(nowMs).toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  return { key, record };
}

/** The tenant that a key claims to be of: selects whom to ask, proves nothing. `undefined` when the text is no key. */
export function claimedTenantOfKey(key: string): string | undefined {
  const [, claimed] = /^ak_([a-z0-9-]+)_[A-Za-z0-9_-]{20,100}$/.exec(key) ?? [];
  return claimed !== undefined && TENANT_ID_PATTERN.test(claimed) ? claimed : undefined;
}

/** What the storage keys of all keys of a tenant begin with. */
export function apiKeyStoragePrefix(tenantId: TenantId): string {
  return scopedKey(tenantId, "api-key", "");
}

/** Where the record of a key is stored: under its SHA-256, so that a leaked store gives no usable key. */
export async function apiKeyStorageKey(tenantId: TenantId, key: string): Promise<string> {
  return scopedKey(tenantId, "api-key", await sha256Hex(key));
}
