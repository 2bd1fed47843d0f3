import * as z from "#base/zod";

import { overviewOf } from "#metrics/overview";
import { PERIODS } from "#metrics/period";
import { Readings } from "#metrics/readings";
import { OBJECTIVES, type ServiceName, sliOf } from "#metrics/slis";

const SLI_METRICS = ["availability", "burnRate", "fastShare", "p95Ms", "firstTokenP95Ms"] as const;
const SERVICES = Object.keys(OBJECTIVES) as ServiceName[];
/** An indicator of fewer requests rests on chance: no rule fires on it. */
const MIN_REQUESTS = 10;

type ValueOf = (readings: Readings) => number | undefined;

/** What a rule can watch, and how it is read: the numbers of the overview, and the indicators of each service. */
const VALUES: ReadonlyMap<string, ValueOf> = new Map([
  ...Object.keys(overviewOf(new Readings([]))).map((key): [string, ValueOf] => [
    key,
    (readings) => new Map<string, number>(Object.entries(overviewOf(readings))).get(key),
  ]),
  ...SERVICES.flatMap((service) =>
    SLI_METRICS.map((key): [string, ValueOf] => [
      `${service}.${key}`,
      (readings) => {
        const sli = sliOf(readings, service);
        return sli.requests < MIN_REQUESTS ? undefined : sli[key];
      },
    ]),
  ),
]);

const COMPARATORS = [">", ">=", "<", "<="] as const;

/** When somebody is to be told. */
export const alertRuleSchema = z.strictObject({
  id: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(100)),
  metric: z.enum([...VALUES.keys()]),
  comparator: z.enum(COMPARATORS),
  threshold: z.number(),
  period: z.enum(PERIODS),
  enabled: z._default(z.boolean(), true),
});

export type AlertRule = z.output<typeof alertRuleSchema>;

/** A rule and how it stands. */
export const alertSchema = z.strictObject({
  ...alertRuleSchema.shape,
  runbook: z.string(),
  firingSince: z.nullable(z.iso.datetime()),
});

const rule = (id: string, name: string, metric: string, threshold: number): AlertRule => ({
  ...{ id, name, metric, comparator: ">", threshold, period: "1h", enabled: true },
});

/** Rules that every tenant has. They can be changed and switched off; deleted, they are again as here. */
export const STANDARD_RULES: readonly AlertRule[] = [
  // 14.4: a month's error budget is gone in two days (Google, "The Site Reliability Workbook", chapter 5).
  ...SERVICES.map((service) => rule(`${service}-burns`, `${service} fails its objective`, `${service}.burnRate`, 14.4)),
  rule("chat-waits", "First tokens come late", "chat.firstTokenP95Ms", 5_000),
  rule("search-slow", "Searches take long", "search.p95Ms", 5_000),
  rule("models-fail", "Model calls fail", "modelFailures", 50),
  rule("dependency-fails", "A dependency fails", "dependencyFailures", 10),
  rule("noisy", "Many requests are over a limit", "rateLimited", 500),
];

/** What a rule's metric is now, and whether that is what the rule waits for. Pure. */
export function judgeRule(
  { metric, comparator, threshold, enabled }: AlertRule,
  readings: Readings,
): { value: number; isFiring: boolean } {
  const value = VALUES.get(metric)?.(readings);
  if (!enabled || value === undefined) return { value: value ?? 0, isFiring: false };
  const isEqual = comparator.endsWith("=") && value === threshold;
  return { value, isFiring: isEqual || (comparator.startsWith(">") ? value > threshold : value < threshold) };
}

/** The page of docs/runbooks that says what to do about a rule. */
export function runbookOf({ metric }: AlertRule): string {
  if (/^(model|fallbacks)|firstToken/.test(metric)) return "docs/runbooks/model-outage.md";
  if (/^(requests|rateLimited|budgetExceeded|tokens|costUsd|sessions|toolRuns)/.test(metric))
    return "docs/runbooks/noisy-tenant.md";
  return "docs/runbooks/incident.md";
}
