import * as z from "zod";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Limits on one request's body, in bytes, by kind of route. */
const bodyLimitsSchema = z.strictObject({
  /** `/chat`, `/search` and the other routes that take text from a user. */
  standardBytes: z
    .int()
    .min(KIB)
    .max(100 * MIB)
    .default(MIB),
  /** `/ingest`. */
  ingestBytes: z
    .int()
    .min(KIB)
    .max(100 * MIB)
    .default(10 * MIB),
  /** Every other route. */
  smallBytes: z
    .int()
    .min(KIB)
    .max(MIB)
    .default(64 * KIB),
});

/** How much of everything a tenant may use. */
export const limitsSchema = z.strictObject({
  body: bodyLimitsSchema.prefault({}),
});
