import * as z from "#base/zod";

import { tenantIdSchema } from "#tenancy/tenant-id-schema";

/** Which key a command is about. */
const subjectSchema = z.object({
  tenantId: z._default(tenantIdSchema, tenantIdSchema.parse("acme")),
  key: z.string(),
});

/** What the tests tell a Worker with idempotency records to do. */
export const commandSchema = z.discriminatedUnion("op", [
  /** Answers a keyed request, as a route does: the answer of this command is that of the request. */
  z.object({
    op: z.literal("answer"),
    ...subjectSchema.shape,
    /** The body of the request. */
    content: z._default(z.string(), "a question"),
    /** What is answered; `sizeBytes` makes it that long. */
    say: z.string(),
    sizeBytes: z._default(z.int(), 0),
    status: z._default(z.int(), 200),
    contentType: z._default(z.string(), "application/json"),
    /** The answer waits until this gate is opened. */
    gate: z.optional(z.string()),
  }),
  z.object({ op: z.literal("open"), gate: z.string() }),
  /** Moves the clock of all records to so long before or after now. */
  z.object({ op: z.literal("clock"), offsetMs: z.int() }),
  /** Calls of a record that fail from now on. */
  z.object({ op: z.literal("fail"), method: z.enum(["none", "begin", "end"]) }),
  /** Tells what a record holds. */
  z.object({ op: z.literal("look"), ...subjectSchema.shape }),
  /** A sign of life in the name of the request that runs. */
  z.object({ op: z.literal("renew"), ...subjectSchema.shape }),
  /** Asks the record of one tenant in the name of another. */
  z.object({ op: z.literal("trespass"), of: tenantIdSchema, as: tenantIdSchema, key: z.string() }),
  z.object({ op: z.literal("stats") }),
]);

export type Command = z.input<typeof commandSchema>;

/** What a record holds. */
export interface Holding {
  readonly records: number;
  readonly chunks: number;
  /** When the alarm rings, after the record's own now; absent when none is set. */
  readonly alarmInMs?: number;
}

export interface Stats {
  /** How often an answer was made. */
  readonly answers: number;
  /** Failures that were reported. */
  readonly failures: number;
}
