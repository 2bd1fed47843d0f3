import * as z from "#base/zod";
import { type MetricQuery, type Step, STEPS } from "#metrics/rollup-book";

export const PERIODS = ["1h", "24h", "7d"] as const;
export type Period = (typeof PERIODS)[number];

/** `?period=` of what reads metrics. */
export const periodQuerySchema = z.strictObject({ period: z._default(z.enum(PERIODS), "1h") });

const HOUR_MS = 3_600_000;
const LENGTHS: Readonly<Record<Period, readonly [lengthMs: number, step: Step]>> = {
  "1h": [HOUR_MS, STEPS.minute],
  "24h": [24 * HOUR_MS, STEPS.hour],
  "7d": [168 * HOUR_MS, STEPS.hour],
};

/** What to read for a period that ends now. It begins with a whole step, so it can be that much longer. */
export function queryOf(period: Period, nowMs: number): MetricQuery {
  const [lengthMs, step] = LENGTHS[period];
  return { step, fromMs: nowMs - lengthMs };
}
