import * as z from "#base/zod";

import type { AuditHead, AuditRecord } from "#storage/audit-log";
import { TOOL_DOORS, TOOL_OUTCOMES, TOOL_TAINTS } from "#storage/audit-log";
import { callTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";
import { withRetries } from "#tools/tenant/client/with-retries";

const pageSchema = z.object({
  records: z.array(
    z.object({
      seq: z.int(),
      at: z.iso.datetime(),
      traceId: z.string(),
      principal: z.string(),
      tool: z.string(),
      door: z.enum(TOOL_DOORS),
      argumentsSha256: z.string(),
      outcome: z.enum(TOOL_OUTCOMES),
      code: z.optional(z.string()),
      durationMs: z.int(),
      taint: z.enum(TOOL_TAINTS),
      approvedBy: z.optional(z.string()),
      startSeq: z.optional(z.int()),
      prevHash: z.string(),
      hash: z.string(),
    }),
  ),
  head: z.object({ seq: z.int(), hash: z.string() }),
  nextCursor: z.optional(z.string()),
});

/** A page of the log, latest record first. */
export interface AuditPart {
  readonly head: AuditHead;
  readonly records: readonly AuditRecord[];
}

/** Reads a tenant's audit log from its end, page by page, as far as the caller goes on. */
export async function* readAudit(address: TenantAddress, pageSize = 500): AsyncGenerator<AuditPart, void, undefined> {
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(pageSize), ...(cursor === undefined ? {} : { cursor }) });
    const call = (): Promise<unknown> => callTenant(address, "GET", `/audit?${query.toString()}`);
    const { records, head, nextCursor } = pageSchema.parse(await withRetries(call, { isFirst: cursor === undefined }));
    yield { head, records: records.map(toRecord) };
    cursor = nextCursor;
  } while (cursor !== undefined);
}

function toRecord({
  at,
  code,
  approvedBy,
  startSeq,
  ...record
}: z.infer<typeof pageSchema>["records"][number]): AuditRecord {
  return {
    ...record,
    atMs: Date.parse(at),
    ...(code === undefined ? {} : { code }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(startSeq === undefined ? {} : { startSeq }),
  };
}
