import * as z from "#base/zod";

import type { RateRefusal, UsageReport } from "#limits/quota-message";
import { limitsSchema } from "#tenancy/limits-config";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

const amountSchema = z.object({ tokens: z.int(), microUsd: z.int() });

/** What the tests tell a quota Worker to do. */
export const commandSchema = z.discriminatedUnion("op", [
  /** Admits `times` requests at once. Admissions are kept by their ids until they are settled. */
  z.object({
    op: z.literal("admit"),
    tenantId: tenantIdSchema,
    limits: limitsSchema,
    times: z._default(z.int(), 1),
    caller: z.optional(z.object({ principalId: z.optional(z.string()), ip: z.string() })),
    spend: z.optional(z.object({ keyId: z.string(), modelId: z.string(), need: amountSchema })),
    /** Only what the isolate can decide by itself. */
    isHere: z._default(z.boolean(), false),
  }),
  /** Tells of a refusal that was given elsewhere. */
  z.object({
    op: z.literal("learn"),
    tenantId: tenantIdSchema,
    limits: limitsSchema,
    caller: z.object({ principalId: z.optional(z.string()), ip: z.string() }),
    refusal: z.custom<RateRefusal>(),
  }),
  z.object({ op: z.literal("settle"), ids: z.array(z.string()), actual: amountSchema }),
  z.object({ op: z.literal("usage"), tenantId: tenantIdSchema, limits: limitsSchema, keyId: z.string() }),
  /** Stops the clock of this Worker's client and of its objects; `null` lets it run. */
  z.object({ op: z.literal("clock"), tenantId: tenantIdSchema, nowMs: z.nullable(z.number()) }),
  /** How calls of the object go wrong from now on. `lose`: it acts, and its answer is lost. */
  z.object({
    op: z.literal("fail"),
    how: z.enum(["no", "throw", "hang", "lose"]),
    on: z.enum(["admit", "settle", "usage"]),
  }),
  z.object({ op: z.literal("stats") }),
  /** Calls the object of one tenant in the name of another. */
  z.object({ op: z.literal("trespass"), of: tenantIdSchema, as: tenantIdSchema }),
]);

export type Command = z.input<typeof commandSchema>;

/** One request's fate. */
export interface AdmitResult {
  readonly ok: boolean;
  /** It could not be decided here. */
  readonly isOpen?: boolean;
  /** Of the kept admission. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly code?: string;
  readonly message?: string;
  readonly exceeded?: number;
  readonly refusal?: RateRefusal;
}

/** Calls of the object since the last look, and failures that were reported. */
export interface Stats {
  readonly admit: number;
  readonly settle: number;
  readonly usage: number;
  readonly failures: number;
}

/** What a command answers. */
export interface Answers {
  readonly admit: readonly AdmitResult[];
  readonly learn: unknown;
  readonly settle: unknown;
  readonly usage: UsageReport;
  readonly clock: unknown;
  readonly fail: unknown;
  readonly stats: Stats;
  readonly trespass: readonly unknown[];
}
