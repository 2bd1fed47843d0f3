import { canonicalJson } from "#base/canonical-json";
import { sha256Hex } from "#base/digest";
import type { AuditEntry, AuditHead, AuditRecord } from "#storage/audit-log";

/** The head of a chain without a record. */
export const EMPTY_CHAIN: AuditHead = { seq: 0, hash: "0".repeat(64) };

/**
 * The hash of a record: SHA-256 of the canonical JSON (RFC 8785) of its tenant and all its fields but `hash`, as `GET /audit`
 * shows them, so that anybody can check it. The tenant is in it: records of one tenant cannot stand in another's chain.
 */
export function hashAuditRecord(tenantId: string, { hash: _, atMs, ...fields }: AuditRecord): Promise<string> {
  return sha256Hex(canonicalJson({ tenantId, ...fields, at: new Date(atMs).toISOString() }));
}

/** Links numbered entries to the chain behind `head`, in their order. The same entries give the same records. */
export async function linkEntries(
  tenantId: string,
  head: AuditHead,
  entries: readonly (AuditEntry & { readonly seq: number })[],
): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = [];
  let { hash } = head;
  for (const entry of entries) {
    const record = { ...entry, prevHash: hash, hash: "" };
    hash = await hashAuditRecord(tenantId, record);
    records.push({ ...record, hash });
  }
  return records;
}

/** A place where a chain is broken. */
export interface ChainBreak {
  /** The record at which it shows. */
  readonly seq: number;
  /** `missing`: it is gone. `altered`: its content, its place or its hash is not what was written. */
  readonly kind: "missing" | "altered";
}

/**
 * Checks a chain from its end to its beginning, record by record, so that a chain of any length can be read page by page.
 * A chain that was rewritten as a whole, with all its hashes, shows only against a head that was kept elsewhere.
 */
export class ChainVerifier {
  readonly #tenantId: string;
  readonly #breaks: ChainBreak[] = [];
  /** What the next older record has to be. */
  #expected: AuditHead;

  /** `head`: where the chain is said to end. */
  constructor(tenantId: string, head: AuditHead) {
    this.#tenantId = tenantId;
    this.#expected = head;
  }

  /** Takes the next older record. */
  async check(record: AuditRecord): Promise<void> {
    const { seq, hash } = this.#expected;
    for (let gone = seq; gone > record.seq; gone--) this.#breaks.push({ seq: gone, kind: "missing" });
    const isInPlace = record.seq < seq || (record.seq === seq && record.hash === hash);
    if (!isInPlace || (await hashAuditRecord(this.#tenantId, record)) !== record.hash)
      this.#breaks.push({ seq: record.seq, kind: "altered" });
    this.#expected = { seq: record.seq - 1, hash: record.prevHash };
  }

  /** All breaks, the latest record first; none means that the chain is whole. To be asked when no record is left. */
  finish(): readonly ChainBreak[] {
    const { seq, hash } = this.#expected;
    for (let gone = seq; gone > 0; gone--) this.#breaks.push({ seq: gone, kind: "missing" });
    if (seq === 0 && hash !== EMPTY_CHAIN.hash) this.#breaks.push({ seq: 1, kind: "altered" });
    return this.#breaks;
  }
}
