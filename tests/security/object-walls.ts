import type { SessionObject, SessionEnv } from "#chat/session-object";
import { sessionObjectName } from "#chat/session-name";
import type { IdempotencyRecord } from "#idempotency/record-object";
import { recordName } from "#idempotency/record-name";
import type { QuotaObject } from "#limits/quota-object";
import { quotaObjectName } from "#limits/quota-object-name";
import type { MetricsObject } from "#metrics/metrics-object";
import { metricsObjectName } from "#metrics/metrics-object-name";
import { type Belongings, SECRET, STRANGER, VICTIM, type World } from "#tests/security/world";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

interface Objects {
  readonly DB: D1Database;
  readonly CHAT_SESSIONS: DurableObjectNamespace<SessionObject<SessionEnv>>;
  readonly IDEMPOTENCY: DurableObjectNamespace<IdempotencyRecord>;
  readonly QUOTAS: DurableObjectNamespace<QuotaObject>;
  readonly METRICS: DurableObjectNamespace<MetricsObject>;
}

/** What an object answered that was called in a tenant's name which is not its own, and what it should have. */
export interface ObjectAnswer {
  readonly name: string;
  readonly told: string;
  readonly wanted: RegExp;
}

/** The second wall: the victim's objects, reached by their right names, with another tenant in the call. */
export async function knockAtObjects({ worker }: World, own: Belongings): Promise<readonly ObjectAnswer[]> {
  const { DB, CHAT_SESSIONS, IDEMPOTENCY, QUOTAS, METRICS } = await worker.runtime.bindings<Objects>();
  const [victim, stranger] = [tenantIdSchema.parse(VICTIM), tenantIdSchema.parse(STRANGER)];
  const { sessionId } = own;
  const select = "SELECT principal_id FROM sessions WHERE tenant_id = ?1 AND session_id = ?2";
  const principalId = (await DB.prepare(select).bind(VICTIM, sessionId).first<string>("principal_id")) ?? "";
  const owner = { sessionId, principalId };
  const session = CHAT_SESSIONS.getByName(sessionObjectName(victim, sessionId));
  const principal = { kind: "key", id: principalId, scopes: new Set(["admin"]), acl: new Set() } as never;
  const address = { principalId, route: "/chat", keyDigest: "0".repeat(64) };
  const record = IDEMPOTENCY.getByName(recordName(victim, address));
  const quota = QUOTAS.getByName(quotaObjectName(victim));
  const metrics = METRICS.getByName(metricsObjectName(victim));
  const notFound = /"not_found"/;
  const calls: readonly (readonly [name: string, wanted: RegExp, call: () => unknown])[] = [
    ["history", notFound, () => session.history(stranger, owner, 10)],
    ["resume", notFound, () => session.resume(stranger, owner)],
    ["remove", notFound, () => session.remove(stranger, owner)],
    ["decide", notFound, () => session.decide(stranger, { ...owner, callId: own.callId, isApproved: true, principal })],
    ["startTurn", notFound, () => session.startTurn(stranger, { ...owner, rate: [] } as never)],
    ["answerTurn", notFound, () => session.answerTurn(stranger, { ...owner, rate: [] } as never)],
    ["begin", /"wrong_address"/, () => record.begin(stranger, address, "digest")],
    ["admit", /"wrong_tenant"/, () => quota.admit(stranger, {})],
    ["settle", /"isOwnTenant":false/, () => quota.settle(stranger, [])],
    ["usage", /^null$/, () => quota.usage(stranger, { demands: [], budgets: [], keyId: principalId } as never)],
    ["alerts", /^"refused: /, () => metrics.alerts(stranger)],
    ["setAlert", /^"refused: /, () => metrics.setAlert(stranger, "alert", "{}")],
    ["delivered", /^"refused: /, () => metrics.delivered(stranger, [1])],
  ];
  const answers = [];
  for (const [name, wanted, call] of calls) {
    const told = JSON.stringify((await outcomeOf(call)) ?? null);
    answers.push({ name, told: told.includes(SECRET) ? `the secret: ${told}` : told, wanted });
  }
  return answers;
}

/** What a call answers, or that it throws. */
async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return `refused: ${String(error)}`;
  }
}
