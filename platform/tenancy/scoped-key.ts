import { defect } from "#base/errors";
import type { TenantId } from "#tenancy/tenant-id";

/** Longest key that Workers KV takes, in bytes (developers.cloudflare.com/kv/platform/limits). */
export const MAX_KEY_BYTES = 512;

/** What a key is for. A new kind of stored thing gets its word here, so that two features cannot share a key. */
export type KeyKind =
  | "api-key"
  | "flag"
  | "prompt"
  | "search-cache"
  | "session"
  | "sessions"
  | "limits"
  | "ledger"
  | "metrics"
  | "job"
  | "idempotency"
  | "speech"
  | "value";

/**
 * The one function that builds keys for KV and names for Durable Objects: `<tenant>:<kind>:<part>:<part>…`.
 * Injective: two different argument lists never give the same key, because every code unit of a part
 * outside `[A-Za-z0-9._-]` is written as `%` and four hex digits, so no part holds a ":" or an ambiguous "%".
 * The result is ASCII, so its length is its size in bytes.
 */
export function scopedKey(tenantId: TenantId, kind: KeyKind, ...parts: readonly string[]): string {
  const key = [tenantId, kind, ...parts.map(escapePart)].join(":");
  if (key.length > MAX_KEY_BYTES) {
    throw defect(`a ${kind} key is longer than ${MAX_KEY_BYTES} bytes: digest its parts first`);
  }
  return key;
}

/** The tenant a key belongs to, as text: for the second check of code that was handed a key. */
export function tenantOfKey(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf(":")));
}

function escapePart(part: string): string {
  return part.replace(/[^A-Za-z0-9._-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
