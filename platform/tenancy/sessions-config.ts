import * as z from "zod";

/** How long conversations are kept, and how much of them a model sees. */
export const sessionsSchema = z.strictObject({
  /** How many of the latest messages a model sees. */
  historyMessages: z.int().min(2).max(200).default(40),
  /** Messages older than this are removed, in idle sessions too. */
  retentionDays: z.int().min(1).max(3_650).default(30),
  /** Messages a session keeps; the oldest go first. */
  maxMessages: z.int().min(10).max(100_000).default(5_000),
  /** How long a turn goes on without any reader before the model call is cancelled; what was produced is kept. */
  resumeGraceSeconds: z.int().min(0).max(300).default(30),
});
