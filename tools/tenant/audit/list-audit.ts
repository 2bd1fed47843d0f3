import type { AuditRecord } from "#storage/audit-log";
import type { Paint } from "#tools/command/paint";
import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import { readAudit } from "#tools/tenant/audit/read-audit";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";

const MAX_LISTED = 10_000;

/** The latest records, latest first, a line each: for a person, or as JSON. @throws CommandError with exit code 2 for a bad number. */
export async function listAudit(
  address: TenantAddress,
  count: number,
  isJson: boolean,
  paint: Paint,
): Promise<string[]> {
  if (!Number.isInteger(count) || count < 1 || count > MAX_LISTED)
    throw new CommandError(`--limit must be 1 to ${MAX_LISTED}`, { exitCode: EXIT_CODES.usage });
  const lines: string[] = [];
  for await (const { records } of readAudit(address, Math.min(count, 500))) {
    lines.push(...records.map((record) => (isJson ? JSON.stringify(record) : formatRecord(record, paint))));
    if (lines.length >= count) break;
  }
  return lines.slice(0, count);
}

function formatRecord(record: AuditRecord, paint: Paint): string {
  const { seq, atMs, tool, door, outcome, code, principal, traceId, durationMs, taint, approvedBy } = record;
  const how = code === undefined ? outcome : `${outcome} (${code})`;
  const when = paint("dim", new Date(atMs).toISOString());
  const approval = approvedBy === undefined ? "" : `, approved by ${approvedBy}`;
  const who = `${principal} by ${door}${taint === "none" ? "" : `, ${taint}`}${approval}`;
  return `${seq}  ${when}  ${tool}  ${paint(outcome === "ok" ? "green" : outcome === "started" ? "yellow" : "red", how)}  ${who}  ${durationMs} ms  ${paint("dim", traceId)}`;
}
