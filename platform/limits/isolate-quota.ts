import type { Clock } from "#base/clock";
import { BudgetTallies } from "#limits/budget-tallies";
import type { QuotaCalls } from "#limits/quota-calls";
import type { RateDemand } from "#limits/quota-message";
import { RateLeases } from "#limits/rate-leases";
import type { TenantId } from "#tenancy/tenant-id";

/** Pause between two settlements of one isolate: what is spent meanwhile goes together. */
const FLUSH_EVERY_MS = 100;
/** Work behind an answer is cut off after 30 s; the next call that settles goes on. */
const FLUSH_FOR_MS = 20_000;
/** A flush that shows no sign of life for this long was cut off. */
const FLUSH_IS_DEAD_AFTER_MS = 10_000;
const FIRST_BACKOFF_MS = 200;
const MAX_FAILURES = 6;

/** Told of what went wrong behind the answers, with its private causes. */
export type ReportFailure = (tenantId: TenantId, error: unknown) => void;

/** What one isolate holds of one tenant's limits, and how it talks to the tenant's object behind the answers. */
export class IsolateQuota {
  readonly rates = new RateLeases();
  readonly tallies = new BudgetTallies();
  /** Until when rate limits are decided here, because the object did not answer. */
  aloneUntilMs = 0;
  readonly #calls: QuotaCalls;
  readonly #clock: Clock;
  readonly #reportFailure: ReportFailure;
  #flushAliveUntilMs = 0;

  constructor(calls: QuotaCalls, clock: Clock, reportFailure: ReportFailure) {
    this.#calls = calls;
    this.#clock = clock;
    this.#reportFailure = reportFailure;
  }

  /** Whether a flush has to be begun: only one runs at a time. */
  isFlushDue(): boolean {
    return this.#clock.nowMs() >= this.#flushAliveUntilMs;
  }

  /**
   * Sends what was spent until the ledger has it all and idle leases are given back. Repeating is safe: settlements are
   * cumulative. Gives up after several failures; the next call that settles tries again, and what never arrives is
   * booked at its reserved amount. Never throws.
   */
  async flush(tenantId: TenantId): Promise<void> {
    const beganMs = this.#clock.nowMs();
    let failures = 0;
    while (failures < MAX_FAILURES) {
      const nowMs = this.#clock.nowMs();
      if (nowMs - beganMs > FLUSH_FOR_MS) break;
      this.#flushAliveUntilMs = nowMs + FLUSH_IS_DEAD_AFTER_MS;
      const isWaiting = this.tallies.endIdle(nowMs);
      const settlements = this.tallies.unsent();
      if (settlements.length === 0 && !isWaiting) break;
      try {
        if (settlements.length > 0) await this.#calls.settle(tenantId, settlements);
        this.tallies.acknowledge(settlements);
        failures = 0;
      } catch (error) {
        // Whatever it was, the settlement has to arrive: it is tried again.
        failures++;
        this.#reportFailure(tenantId, error);
      }
      await sleep(failures === 0 ? FLUSH_EVERY_MS : FIRST_BACKOFF_MS * 2 ** (failures - 1));
    }
    this.#flushAliveUntilMs = 0;
  }

  /** Asks for the next lease behind an answer, before the last one is used up. Never throws. */
  async refill(tenantId: TenantId, demands: readonly RateDemand[]): Promise<void> {
    const sentMs = this.#clock.nowMs();
    const want = this.rates.wanted(demands, sentMs);
    if (want === 1) return;
    try {
      const rate = { demands, want, isForLater: true, returns: this.rates.takeReturns() };
      this.rates.learn(demands, await this.#calls.admit(tenantId, { rate }), sentMs, false);
    } catch (error) {
      // The next request asks for itself and decides what to do without an answer.
      this.#reportFailure(tenantId, error);
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
