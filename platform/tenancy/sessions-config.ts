import * as z from "#base/zod";

/** How long conversations are kept, and how much of them a model sees. */
export const sessionsSchema = z.strictObject({
  /** How many of the latest messages a model sees. */
  historyMessages: z._default(z.int().check(z.gte(2), z.lte(200)), 40),
  /** Messages older than this are removed, in idle sessions too. */
  retentionDays: z._default(z.int().check(z.gte(1), z.lte(3_650)), 30),
  /** Messages a session keeps; the oldest go first. */
  maxMessages: z._default(z.int().check(z.gte(10), z.lte(100_000)), 5_000),
  /** How long a turn goes on without any reader before the model call is cancelled; what was produced is kept. */
  resumeGraceSeconds: z._default(z.int().check(z.gte(0), z.lte(300)), 30),
});
