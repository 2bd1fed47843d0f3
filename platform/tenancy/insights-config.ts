import * as z from "#base/zod";

/** Who may see how the tenant's service fares, and who is told when it fares badly. */
export const insightsSchema = z.strictObject({
  /** `/metrics` with indicators, anomalies, cost and alerts. Off, nothing is measured and none of it is in the bundle: it takes 8 kB. */
  enabled: z._default(z.boolean(), false),
  /** Takes a POST when an alert begins or ends to fire. Without one, alerts are in the log. */
  alertWebhook: z.optional(z.string().check(z.regex(/^https:\/\/[^\s]+$/, { error: "must be an https address" }))),
});
