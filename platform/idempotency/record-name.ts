import { scopedKey } from "#tenancy/scoped-key";
import type { TenantId } from "#tenancy/tenant-id";

/** Whose key it is, and for what: the same key of another principal or on another route is another key. */
export interface RecordAddress {
  readonly principalId: string;
  /** The route's pattern, e.g. `/chat`. */
  readonly route: string;
  /** SHA-256 of the key, in hex: the key itself is stored nowhere. */
  readonly keyDigest: string;
}

/** The name of the object that remembers what became of a key. */
export function recordName(tenantId: TenantId, { principalId, route, keyDigest }: RecordAddress): string {
  return scopedKey(tenantId, "idempotency", principalId, route, keyDigest);
}
