import * as z from "#base/zod";

import { envelope } from "#http/envelope";
import { defineRoute } from "#http/route";
import { type AuditRecord, MAX_AUDIT_PAGE, TOOL_DOORS, TOOL_OUTCOMES, TOOL_TAINTS } from "#storage/audit-log";
import type { Services } from "#worker/services";

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** A record of the audit log, as callers see it. `hash` is SHA-256 of the canonical JSON (RFC 8785) of tenant and record. */
export const auditRecordSchema = z.object({
  seq: z.int().check(z.describe("From 1, without gaps.")),
  at: z.iso.datetime(),
  traceId: z.string(),
  principal: z.string().check(z.describe("Id of the key, never the key.")),
  tool: z.string(),
  door: z.enum(TOOL_DOORS),
  argumentsSha256: sha256.check(
    z.describe("SHA-256 of the canonical JSON of the arguments; of nothing, where they were malformed."),
  ),
  outcome: z
    .enum(TOOL_OUTCOMES)
    .check(
      z.describe(
        "started: about to change something. Unless a later record names it as its startSeq, how it ended is not known.",
      ),
    ),
  code: z.optional(z.string()).check(z.describe("Error code of a call that was not ok.")),
  durationMs: z.int(),
  taint: z
    .enum(TOOL_TAINTS)
    .check(z.describe("What stood behind the call: a caller, a model, a model that had read stored text.")),
  approvedBy: z
    .optional(z.string())
    .check(z.describe("Id of the principal that approved it, where a model wanted it and a person was asked.")),
  startSeq: z
    .optional(z.int())
    .check(
      z.describe("Number of the record, its outcome started, that said that the call was about to change something."),
    ),
  prevHash: sha256,
  hash: sha256,
});

/** `GET /audit`: what tools did, latest first. */
export const auditRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/audit",
    operationId: "listAudit",
    summary: "What tools did: one hash chain of records without contents, latest first",
    tag: "tools",
    access: "admin",
    query: z.strictObject({
      limit: z._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(MAX_AUDIT_PAGE)), 50),
      cursor: z.optional(z.string().check(z.maxLength(100))),
    }),
    response: z.object({
      records: z.array(auditRecordSchema),
      head: z.object({ seq: z.int(), hash: sha256 }).check(z.describe("Where the chain ends.")),
      nextCursor: z.optional(z.string()),
    }),
  },
  async ({ tenant, services, traceId }, { query: { limit, cursor } }) => {
    const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
    const { records, ...rest } = await services.audit.list(tenant.tenantId, page);
    return envelope(traceId, { records: records.map(toShown), ...rest });
  },
);

function toShown({ seq, atMs, ...record }: AuditRecord): z.input<typeof auditRecordSchema> {
  return { seq, at: new Date(atMs).toISOString(), ...record };
}
