import type { Clock } from "#base/clock";
import { PlatformError } from "#base/errors";
import { BoundedMap } from "#limits/bounded-map";
import { type Amount, type Budget, budgetsFor, type Spender } from "#limits/budget";
import type { Draw } from "#limits/budget-tallies";
import { IsolateQuota, type ReportFailure } from "#limits/isolate-quota";
import { QuotaCalls, type QuotaNamespace } from "#limits/quota-calls";
import { budgetExceeded, ledgerUnavailable, RateLimitedError } from "#limits/quota-errors";
import type {
  AdmitMessage,
  AdmitReply,
  RateDemand,
  RateRefusal,
  ScopeStanding,
  UsageReport,
} from "#limits/quota-message";
import { quotaObjectName } from "#limits/quota-object-name";
import { rateLimitHeaders } from "#limits/rate-limit-headers";
import type { LocalRate } from "#limits/rate-leases";
import type { TenantId } from "#tenancy/tenant-id";

/** What a request may spend at most. */
export interface BudgetRequest extends Spender {
  readonly need: Amount;
  readonly budgets: readonly Budget[];
}

export interface QuotaRequest {
  /** What the request counts in (`rateDemands`); nothing: it is not rate-limited here. */
  readonly rate?: readonly RateDemand[];
  /** `admitHere` was asked about it before. */
  readonly isNoted?: boolean;
  /** What it may spend; absent: it calls no model here. */
  readonly budget?: BudgetRequest;
  /** Keeps the isolate alive for work behind the answer. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** A request that was let through. */
export interface Admission {
  /** For the answer: `RateLimit` and its kin. Empty when nothing was rate-limited. */
  readonly headers: Readonly<Record<string, string>>;
  /** Budgets in mode `warn` that this goes over. */
  readonly exceeded: readonly Budget[];
  /**
   * Says what the request has really cost, with zeros when no model was called. Call it once, however the request ends;
   * further calls change nothing. What is never settled counts as spent in full.
   */
  settle(actual: Amount): void;
}

/** What a caller of `GET /usage` wants to see. */
export interface UsageQuery {
  readonly rate: readonly RateDemand[];
  readonly budgets: readonly Budget[];
  readonly keyId: string;
}

export interface QuotaClientOptions {
  readonly clock: Clock;
  readonly reportFailure: ReportFailure;
}

/** Tenants whose leases an isolate keeps. */
const MAX_TENANTS = 1_000;
/** How long rate limits are decided alone after the object did not answer, before it is asked again. */
const ALONE_MS = 1_000;

/** A request on its way through `admit`. */
interface Attempt {
  readonly tenantId: TenantId;
  readonly quota: IsolateQuota;
  readonly request: QuotaRequest;
  readonly demands: readonly RateDemand[];
  readonly rate: LocalRate | undefined;
  readonly draw: Draw | undefined;
  readonly nowMs: number;
}

/**
 * Limits and budgets of all tenants, seen from one isolate: make one per isolate and keep it.
 *
 * While much is left, it decides within the isolate out of small leases; when little is left, each request asks the
 * tenant's quota object. A cap is never passed either way: a lease was counted before it is used.
 * The object failing: rate limits are decided per isolate; enforced budgets refuse, before any model call.
 */
export class QuotaClient {
  readonly #quotas = new BoundedMap<IsolateQuota>(MAX_TENANTS);
  readonly #calls: QuotaCalls;
  readonly #options: QuotaClientOptions;

  constructor(namespace: QuotaNamespace, options: QuotaClientOptions) {
    this.#calls = new QuotaCalls(namespace);
    this.#options = options;
  }

  /**
   * Counts a request and reserves what it may spend: both or nothing.
   * Throws `rate_limited`, `budget_exceeded`, or `model_unavailable` when an enforced budget cannot be asked.
   */
  async admit(tenantId: TenantId, request: QuotaRequest): Promise<Admission> {
    const quota = this.#quotaOf(tenantId);
    const nowMs = this.#options.clock.nowMs();
    const demands = request.rate ?? [];
    const rate = demands.length === 0 ? undefined : quota.rates.decide(demands, nowMs, request.isNoted);
    if (rate?.kind === "denied") throw new RateLimitedError(rate.standings, rate.denial);
    const draw = drawHere(quota, request.budget, nowMs);
    const attempt: Attempt = { tenantId, quota, request, demands, rate, draw, nowMs };
    const isRateKnown = rate?.kind !== "unknown";
    if (isRateKnown && (draw !== undefined || request.budget === undefined)) {
      if (rate?.refill === true) request.waitUntil(quota.refill(tenantId, demands));
      return this.#admission(attempt, rate?.standings ?? [], draw);
    }
    if (draw === undefined && request.budget !== undefined) return this.#ask(attempt);
    return nowMs < quota.aloneUntilMs ? this.#decideAlone(attempt, draw) : this.#ask(attempt);
  }

  /**
   * Counts a request if that can be decided within the isolate; undefined: it is to be counted elsewhere, with what it
   * spends. Throws `rate_limited`. Where callers come often, a lease for those to come is asked for, behind the answer.
   */
  admitHere(tenantId: TenantId, { rate: demands = [], waitUntil }: QuotaRequest): Admission | undefined {
    const quota = this.#quotaOf(tenantId);
    const nowMs = this.#options.clock.nowMs();
    const rate = demands.length === 0 ? undefined : quota.rates.decide(demands, nowMs);
    if (rate?.kind === "denied") throw new RateLimitedError(rate.standings, rate.denial);
    if (rate?.kind === "unknown" || rate?.refill === true) waitUntil(quota.refill(tenantId, demands));
    if (rate?.kind === "unknown") return undefined;
    return { headers: rateLimitHeaders(rate?.standings ?? []), exceeded: [], settle: () => undefined };
  }

  /** Learns of a refusal that was given elsewhere: for a while it is repeated here, without asking again. */
  learnRefusal(tenantId: TenantId, demands: readonly RateDemand[], refusal: RateRefusal): void {
    this.#quotaOf(tenantId).rates.learnRefusal(demands, refusal, this.#options.clock.nowMs());
  }

  /** What a caller has used of each limit and budget, with what this isolate has not booked yet. Throws `internal`. */
  async usage(tenantId: TenantId, { rate, budgets, keyId }: UsageQuery): Promise<UsageReport> {
    const { tallies } = this.#quotaOf(tenantId);
    const settlements = tallies.unsent();
    try {
      const report = await this.#calls.usage(tenantId, { demands: rate, budgets, keyId, settlements });
      tallies.acknowledge(settlements);
      return report;
    } catch (error) {
      throw new PlatformError("internal", "The usage ledger does not answer. Try again shortly.", { cause: error });
    }
  }

  async #ask(attempt: Attempt): Promise<Admission> {
    const { tenantId, quota, request, demands, rate, nowMs } = attempt;
    const id = crypto.randomUUID();
    const asksRate = rate?.kind === "unknown";
    let reply: AdmitReply;
    try {
      reply = await this.#calls.admit(tenantId, toMessage(attempt, id));
    } catch (error) {
      this.#options.reportFailure(tenantId, error);
      return this.#goOnWithoutObject(attempt, id, error);
    }
    if (asksRate) quota.rates.learn(demands, reply, nowMs, true);
    const standings = rate?.kind === "served" ? rate.standings : standingsOf(reply);
    switch (reply.outcome) {
      case "admitted": {
        const { budget } = request;
        const { hold } = reply;
        const isAsked = budget !== undefined && hold !== undefined;
        const granted = isAsked ? quota.tallies.drawGranted(budget, id, hold, budget.need, nowMs) : attempt.draw;
        return this.#admission(attempt, standings, granted);
      }
      case "budget_exceeded":
        if (rate?.kind === "served") rate.giveBack();
        throw budgetExceeded(standings, reply.budget, reply.resetAtMs, nowMs);
      case "rate_limited":
        undo(attempt);
        throw new RateLimitedError(standings, reply);
      case "wrong_tenant":
        throw new PlatformError("internal");
    }
  }

  /** The object failed. An enforced budget refuses: better no answer than one that nobody counts. */
  #goOnWithoutObject(attempt: Attempt, id: string, cause: unknown): Admission {
    const { tenantId, quota, request, rate, nowMs } = attempt;
    const { budget } = request;
    if (rate?.kind === "unknown") quota.aloneUntilMs = nowMs + ALONE_MS;
    if (budget === undefined || attempt.draw !== undefined) return this.#decideAlone(attempt, attempt.draw);
    // The reservation may have been made, and only its answer been lost.
    quota.tallies.abandon(budget, id, nowMs);
    flush(tenantId, quota, request.waitUntil);
    if (budgetsFor(budget.budgets, budget).some(({ mode }) => mode === "enforce")) {
      if (rate?.kind === "served") rate.giveBack();
      throw ledgerUnavailable(cause);
    }
    return this.#decideAlone(attempt, quota.tallies.drawAlone(budget, budget.need, nowMs));
  }

  #decideAlone(attempt: Attempt, draw: Draw | undefined): Admission {
    const { quota, demands, rate, nowMs } = attempt;
    if (rate?.kind !== "unknown") return this.#admission(attempt, rate?.kind === "served" ? rate.standings : [], draw);
    const { denial, standings } = quota.rates.decideAlone(demands, nowMs);
    if (denial === undefined) return this.#admission(attempt, standings, draw);
    undo({ ...attempt, draw });
    throw new RateLimitedError(standings, denial);
  }

  #admission(
    { tenantId, quota, request }: Attempt,
    standings: readonly ScopeStanding[],
    draw: Draw | undefined,
  ): Admission {
    const headers = rateLimitHeaders(standings);
    if (draw === undefined) return { headers, exceeded: [], settle: () => undefined };
    return {
      headers,
      exceeded: draw.exceeded,
      settle: (actual) => {
        draw.settle(actual);
        flush(tenantId, quota, request.waitUntil);
      },
    };
  }

  #quotaOf(tenantId: TenantId): IsolateQuota {
    const { clock, reportFailure } = this.#options;
    return this.#quotas.getOrMake(quotaObjectName(tenantId), () => new IsolateQuota(this.#calls, clock, reportFailure));
  }
}

function drawHere(quota: IsolateQuota, budget: BudgetRequest | undefined, nowMs: number): Draw | undefined {
  if (budget === undefined) return undefined;
  const { tallies } = quota;
  const isUnlimited = budgetsFor(budget.budgets, budget).length === 0;
  return isUnlimited ? tallies.drawUnlimited(budget, budget.need, nowMs) : tallies.draw(budget, budget.need, nowMs);
}

function toMessage({ quota, request, demands, rate, draw, nowMs }: Attempt, id: string): AdmitMessage {
  const { budget } = request;
  const asked =
    rate?.kind === "unknown"
      ? { rate: { demands, want: quota.rates.wanted(demands, nowMs), returns: quota.rates.takeReturns() } }
      : {};
  if (budget === undefined || draw !== undefined) return asked;
  const { keyId, modelId, need, budgets } = budget;
  const upTo = quota.tallies.wanted(budget, nowMs);
  return { ...asked, budget: { reserve: { id, keyId, modelId, need, upTo }, budgets } };
}

function standingsOf(reply: AdmitReply): readonly ScopeStanding[] {
  return reply.outcome === "wrong_tenant" ? [] : reply.standings;
}

function undo({ tenantId, quota, request, draw }: Attempt): void {
  if (draw === undefined) return;
  draw.undo();
  flush(tenantId, quota, request.waitUntil);
}

function flush(tenantId: TenantId, quota: IsolateQuota, waitUntil: QuotaRequest["waitUntil"]): void {
  if (quota.isFlushDue()) waitUntil(quota.flush(tenantId));
}
