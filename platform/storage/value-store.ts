import type { TenantId } from "#tenancy/tenant-id";

/** A tenant's own small values, by key: what its operator put there for its tools to read. */
export interface ValueStore {
  /** The text under a key; `undefined` when there is none. May be up to a minute old. */
  get(tenantId: TenantId, key: string): Promise<string | undefined>;
}
