import { type ChainBreak, ChainVerifier, EMPTY_CHAIN } from "#storage/audit-chain";
import type { AuditHead, AuditRecord } from "#storage/audit-log";
import type { Paint } from "#tools/command/paint";
import { formatHead } from "#tools/tenant/audit/audit-head";
import { readAudit } from "#tools/tenant/audit/read-audit";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";

/** What became of a chain. */
export interface AuditVerdict {
  readonly ok: boolean;
  readonly records: number;
  readonly head: AuditHead;
  /** The latest first. */
  readonly breaks: readonly ChainBreak[];
  /** Calls that were about to change something and whose end is not recorded: under way, or cut off. The latest first. */
  readonly unfinished: readonly Pick<AuditRecord, "seq" | "tool" | "traceId">[];
  /** Whether the chain holds the head that was expected; absent when none was. */
  readonly holdsExpectedHead?: boolean;
}

/** Reads the whole log and checks every link of it, and whether a head that was kept elsewhere still stands in it. */
export async function verifyAudit(
  tenantId: string,
  address: TenantAddress,
  expected?: AuditHead,
): Promise<AuditVerdict> {
  let verifier: ChainVerifier | undefined;
  let end: AuditHead = EMPTY_CHAIN;
  let records = 0;
  let holdsExpectedHead = expected?.seq === 0;
  const unfinished: AuditVerdict["unfinished"][number][] = [];
  /** Starts whose end has been read: the end of a call stands behind its start. */
  const ended = new Set<number>();
  for await (const page of readAudit(address)) {
    // Later pages tell a later head when tools run meanwhile: what counts is where the reading began.
    if (verifier === undefined) {
      end = page.head;
      verifier = new ChainVerifier(tenantId, end);
    }
    for (const record of page.records) {
      await verifier.check(record);
      records += 1;
      const { seq, tool, traceId, outcome, startSeq } = record;
      if (startSeq !== undefined) ended.add(startSeq);
      if (outcome === "started" && !ended.delete(seq)) unfinished.push({ seq, tool, traceId });
      holdsExpectedHead ||= record.seq === expected?.seq && record.hash === expected.hash;
    }
  }
  const breaks = verifier?.finish() ?? [];
  const ok = breaks.length === 0 && (expected === undefined || holdsExpectedHead);
  return { ok, records, head: end, breaks, unfinished, ...(expected === undefined ? {} : { holdsExpectedHead }) };
}

/** Broken places told of one by one. */
const MAX_SHOWN = 20;

/** The verdict for a person. Pure. */
export function formatVerdict(tenantId: string, verdict: AuditVerdict, paint: Paint): string {
  const { ok, records, head, breaks, holdsExpectedHead, unfinished } = verdict;
  const lines = breaks.slice(0, MAX_SHOWN).map(({ seq, kind }) => paint("red", `  record ${seq} is ${kind}`));
  if (breaks.length > MAX_SHOWN) lines.push(paint("red", `  … and ${breaks.length - MAX_SHOWN} more`));
  if (holdsExpectedHead === false)
    lines.push(paint("red", "  the expected head does not stand in the chain: it was rewritten"));
  for (const { seq, tool, traceId } of unfinished.slice(0, MAX_SHOWN))
    lines.push(paint("yellow", `  record ${seq}: ${tool} started and its end is not recorded, trace ${traceId}`));
  if (!ok)
    return [paint("red", `the audit log of ${tenantId} is broken: ${records} records read`), ...lines].join("\n");
  return [
    paint("green", `the audit log of ${tenantId} is whole: ${records} records`),
    ...lines,
    `head ${formatHead(head)}`,
    paint("dim", "Keep the head elsewhere: verify --expect shows whether the chain still holds it."),
  ].join("\n");
}
