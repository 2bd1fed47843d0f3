import * as z from "#base/zod";

import { tenantIdSchema } from "#tenancy/tenant-id-schema";

/** What the tests tell a settings Worker to do. */
export const commandSchema = z.discriminatedUnion("op", [
  /** The tenant as a request sees it at this moment. */
  z.object({ op: z.literal("current"), tenantId: tenantIdSchema }),
  /** Stops the clock. */
  z.object({ op: z.literal("clock"), nowMs: z.number() }),
  /** How reads of KV go from now on. `hang`: they never end. `late`: they end after so long. */
  z.object({
    op: z.literal("fault"),
    how: z.enum(["no", "throw", "hang", "late"]),
    lateMs: z._default(z.number(), 0),
  }),
  /** Forgets everything, as a new isolate: memory, edge cache, journal. */
  z.object({ op: z.literal("restart") }),
  /** Keys that were read and lines that were logged since the last look. */
  z.object({ op: z.literal("journal") }),
]);

export type Command = z.input<typeof commandSchema>;

export interface CurrentAnswer {
  readonly flags: Readonly<Record<string, boolean>>;
  readonly models: { readonly chat: string; readonly search: string };
  readonly prompt: { readonly text: string; readonly version: string };
  readonly overrides: readonly string[];
}

export interface Journal {
  /** One entry per operation: its keys. */
  readonly reads: readonly (readonly string[])[];
  readonly lines: readonly { readonly level: string; readonly event: string; readonly [field: string]: unknown }[];
}

/** What a command answers. */
export interface Answers {
  readonly current: CurrentAnswer;
  readonly clock: unknown;
  readonly fault: unknown;
  readonly restart: unknown;
  readonly journal: Journal;
}
