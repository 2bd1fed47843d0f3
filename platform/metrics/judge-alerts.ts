import { describeThrown, type Logger } from "#observability/logger";
import type { AlertChange, AlertNotice, StoredAlert } from "#metrics/alert-book";
import { type AlertRule, alertRuleSchema, judgeRule, runbookOf, STANDARD_RULES } from "#metrics/alert-rule";
import type { MetricsClient } from "#metrics/metrics-client";
import { type Period, queryOf } from "#metrics/period";
import { Readings } from "#metrics/readings";
import type { TenantId } from "#tenancy/tenant-id";

/** A webhook that takes longer is tried again later. */
const WEBHOOK_TIMEOUT_MS = 5_000;

/** What alerts need of the Worker. */
export interface AlertServices {
  readonly metrics: MetricsClient;
  readonly log: Logger;
  /** Address that is told of alerts, if the tenant has one. */
  readonly webhookUrl: string | undefined;
  readonly nowMs: number;
}

/** A tenant's rules by id: the standard ones, as changed, and its own. */
export function rulesOf(stored: readonly StoredAlert[]): Map<string, AlertRule & { readonly sinceMs: number }> {
  const rules = new Map(STANDARD_RULES.map((rule) => [rule.id, { ...rule, sinceMs: 0 }]));
  for (const { id, rule, sinceMs } of stored) {
    const known = rule === null ? rules.get(id) : alertRuleSchema.parse(JSON.parse(rule));
    if (known !== undefined) rules.set(id, { ...known, sinceMs });
  }
  return rules;
}

/**
 * Judges all rules of a tenant by what is stored now, and tells of those that begin or end to fire: each time one log line
 * and one call of the webhook, which is repeated until it takes it (`MAX_ATTEMPTS`).
 */
export async function judgeAlerts(tenantId: TenantId, services: AlertServices): Promise<void> {
  const { metrics, nowMs } = services;
  const windows = new Map<Period, Readings>();
  const changes: AlertChange[] = [];
  for (const rule of rulesOf(await metrics.alerts(tenantId)).values()) {
    const readings =
      windows.get(rule.period) ?? new Readings(await metrics.read(tenantId, queryOf(rule.period, nowMs)));
    windows.set(rule.period, readings);
    const { value, isFiring } = judgeRule(rule, readings);
    const { sinceMs: _, enabled: __, ...told } = rule;
    const notice = { ...told, state: isFiring ? "firing" : "resolved", value, tenantId, runbook: runbookOf(rule) };
    changes.push({ id: rule.id, isFiring, notice: JSON.stringify({ ...notice, at: new Date(nowMs).toISOString() }) });
  }
  const notices = await metrics.judge(tenantId, changes, nowMs);
  const taken = await Promise.all(
    notices.map(async (notice) => ((await deliver(tenantId, services, notice)) ? [notice.seq] : [])),
  );
  if (notices.length > 0) await metrics.delivered(tenantId, taken.flat());
}

/** Of a notice's body, what the log tells. */
type Notice = Readonly<Record<"id" | "state" | "runbook", string>>;

/** Whether the notice needs no further attempt. */
async function deliver(
  tenantId: TenantId,
  { log, webhookUrl }: AlertServices,
  { seq, body, attempts }: AlertNotice,
): Promise<boolean> {
  const { id: alert, state: outcome, runbook } = JSON.parse(body) as Notice;
  if (attempts === 1) log.log("warn", "alert", { tenantId, alert, outcome, runbook });
  if (webhookUrl === undefined) return true;
  try {
    const response = await fetch(webhookUrl, {
      method: "POST",
      // The same for each attempt: who takes it twice can tell.
      headers: { "content-type": "application/json", "idempotency-key": `${tenantId}-${seq}` },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (response.ok) return true;
    log.log("error", "alert_not_delivered", { tenantId, alert, attempts, upstreamStatus: response.status });
  } catch (error) {
    log.log("error", "alert_not_delivered", { tenantId, alert, attempts, error: describeThrown(error) });
  }
  return false;
}
