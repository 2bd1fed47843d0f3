import * as z from "zod";

/** How long conversations are kept, and how much of them a model sees. */
export const sessionsSchema = z.strictObject({
  /** How many of the latest messages a model sees. */
  historyMessages: z.int().min(2).max(200).default(40),
});
