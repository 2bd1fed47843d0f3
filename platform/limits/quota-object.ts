import { DurableObject } from "cloudflare:workers";

import type { ReserveVerdict, Settlement } from "#limits/budget-ledger";
import { LedgerBook } from "#limits/ledger-book";
import type { AdmitMessage, AdmitReply, ScopeStanding, UsageMessage, UsageReport } from "#limits/quota-message";
import { quotaObjectName } from "#limits/quota-object-name";
import { RateBook, type RateDecision } from "#limits/rate-book";
import { reportUsage } from "#limits/report-usage";
import type { TenantId } from "#tenancy/tenant-id";

/** The bindings a quota object needs to know its own name. */
export interface QuotaEnv {
  readonly QUOTAS: DurableObjectNamespace<QuotaObject>;
}

/** How often what no window counts any more is swept out. */
const SWEEP_EVERY_MS = 5 * 60_000;

/**
 * All limits of one tenant: a SQLite-backed Durable Object round two pure rules, rate windows and the budget ledger.
 * It runs on one thread, and nothing is awaited between judging and counting, so no interleaving of callers can pass a cap.
 *
 * Each call names the tenant; the object checks that it makes up its own name, so a wrong caller cannot reach it even
 * with its id.
 */
export class QuotaObject<Env extends QuotaEnv = QuotaEnv> extends DurableObject<Env> {
  readonly #rates: RateBook;
  #ledger: LedgerBook | undefined;
  #sweptMs = 0;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#rates = new RateBook(context.storage);
  }

  /** Ms since the epoch. Tests choose it. */
  protected nowMs(): number {
    return Date.now();
  }

  /** Counts a request and reserves what it may spend, in one step: refused by either, it takes nothing of both. */
  admit(tenantId: TenantId, { rate, budget }: AdmitMessage): AdmitReply {
    if (!this.#isOwnTenant(tenantId)) return { outcome: "wrong_tenant" };
    const nowMs = this.nowMs();
    const demands = rate?.demands ?? [];
    const standings = (): ScopeStanding[] => this.#rates.standings(demands, nowMs);
    const decision = this.#judge(rate, nowMs);
    const denied = demands[decision?.deniedBy ?? -1];
    if (decision !== undefined && denied !== undefined) {
      const { retryAfterMs } = decision;
      return { outcome: "rate_limited", scope: denied.scope, retryAfterMs, standings: standings() };
    }
    const reserved = this.#reserve(budget, nowMs);
    if (reserved?.isGranted === false) {
      const { budget: exhausted, resetAtMs } = reserved;
      return { outcome: "budget_exceeded", budget: exhausted, resetAtMs, standings: standings() };
    }
    const grant = decision && rate && this.#rates.grant(decision, rate, nowMs);
    const hold = reserved && { day: reserved.hold.day, held: reserved.hold.held, exceeded: reserved.exceeded };
    return { outcome: "admitted", standings: standings(), ...(grant && { grant }), ...(hold && { hold }) };
  }

  /** Books what was spent. Safe to repeat: a settlement that was booked before changes nothing. */
  settle(tenantId: TenantId, settlements: readonly Settlement[]): { readonly isOwnTenant: boolean } {
    if (!this.#isOwnTenant(tenantId)) return { isOwnTenant: false };
    const nowMs = this.nowMs();
    this.#onLedger((ledger) => ledger.settle(settlements, nowMs), nowMs);
    return { isOwnTenant: true };
  }

  /** What a caller has used of each limit and budget. */
  usage(tenantId: TenantId, message: UsageMessage): UsageReport | undefined {
    if (!this.#isOwnTenant(tenantId)) return undefined;
    const nowMs = this.nowMs();
    const { demands, budgets, keyId, settlements } = message;
    return this.#onLedger((ledger) => {
      ledger.settle(settlements, nowMs);
      ledger.tidy(nowMs);
      return reportUsage(ledger.state, this.#rates.standings(demands, nowMs), budgets, keyId, nowMs);
    }, nowMs);
  }

  #judge(rate: AdmitMessage["rate"], nowMs: number): RateDecision | undefined {
    if (rate === undefined) return undefined;
    this.#sweep(nowMs, Math.max(0, ...rate.demands.flatMap(({ windows }) => windows.map(({ windowMs }) => windowMs))));
    this.#rates.takeBack(rate.returns);
    return this.#rates.judge(rate.demands, nowMs);
  }

  #reserve(budget: AdmitMessage["budget"], nowMs: number): ReserveVerdict | undefined {
    if (budget === undefined) return undefined;
    return this.#onLedger((ledger) => ledger.reserve(budget.reserve, budget.budgets, nowMs), nowMs);
  }

  #isOwnTenant(tenantId: TenantId): boolean {
    return this.env.QUOTAS.idFromName(quotaObjectName(tenantId)).equals(this.ctx.id);
  }

  /** Loads the ledger on first use. A write that fails takes its rows back, and memory is loaded from them again. */
  #onLedger<Result>(act: (ledger: LedgerBook) => Result, nowMs: number): Result {
    try {
      const ledger = (this.#ledger ??= new LedgerBook(this.ctx.storage.sql, nowMs));
      return this.ctx.storage.transactionSync(() => act(ledger));
    } catch (error) {
      this.#ledger = undefined;
      throw error;
    }
  }

  #sweep(nowMs: number, longestWindowMs: number): void {
    if (nowMs - this.#sweptMs < SWEEP_EVERY_MS) return;
    if (this.#sweptMs !== 0) this.#rates.sweep(longestWindowMs, nowMs);
    this.#sweptMs = nowMs;
  }
}
