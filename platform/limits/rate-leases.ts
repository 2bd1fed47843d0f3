import { BoundedMap } from "#limits/bounded-map";
import { LeaseDemand } from "#limits/lease-demand";
import type { AdmitReply, LeaseReturn, RateDemand, RateGrant, RateRefusal, ScopeStanding } from "#limits/quota-message";
import type { RateDenial } from "#limits/rate-limit-headers";
import { decide, newRateState, type RateState, standingsOf } from "#limits/sliding-window";

/** Combinations of scopes that an isolate keeps leases for, per tenant. */
const MAX_CALLERS = 2_000;
/** Unused parts that wait to be given back; older ones stay counted, which is the safe side. */
const MAX_RETURNS = 100;
/** How long a refusal is repeated without asking again: a flood of refused requests must not reach the object. */
const MAX_DENIAL_MS = 1_000;
/** A refill is begun when what is left lasts less than this part of a second … */
const REFILL_BELOW_SECONDS = 0.25;
/** … or ends within this time. */
const REFILL_BEFORE_MS = 500;

/** A local answer: served out of a lease, refused by a fresh refusal, or nobody here knows. */
export type LocalRate =
  | {
      readonly kind: "served";
      readonly standings: readonly ScopeStanding[];
      /** Whether another lease should be asked for, behind the answer. */
      readonly refill: boolean;
      /** Undoes it, for a request that is then refused for another reason. */
      giveBack(): void;
    }
  | { readonly kind: "denied"; readonly standings: readonly ScopeStanding[]; readonly denial: RateDenial }
  | { readonly kind: "unknown" };

/** Requests that may be served here. */
interface Lease {
  units: number;
  readonly validUntilMs: number;
  readonly takenAtMs: number;
  /** As they were when all `units` were counted. */
  readonly standings: readonly ScopeStanding[];
  readonly countedAtMs: number;
  readonly epoch: string;
}

interface Refusal extends RateDenial {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly standings: readonly ScopeStanding[];
}

interface Caller {
  readonly demands: readonly RateDemand[];
  readonly demand: LeaseDemand;
  leases: Lease[];
  refusal: Refusal | undefined;
}

/**
 * What one isolate may decide of one tenant's rate limits by itself. Leases were counted in every scope when they were
 * granted, so serving from them can pass no cap; what is not used is given back with the next call.
 */
export class RateLeases {
  readonly #callers = new BoundedMap<Caller>(MAX_CALLERS, (caller) => this.#endLeases(caller, Infinity));
  readonly #fallback = new BoundedMap<RateState>(MAX_CALLERS);
  #returns: LeaseReturn[] = [];

  /** Decides here if that is possible. Never waits. `isNoted`: the request was asked for before, and is not another one. */
  decide(demands: readonly RateDemand[], nowMs: number, isNoted = false): LocalRate {
    const caller = this.#callerOf(demands);
    if (!isNoted) caller.demand.add(nowMs);
    this.#endLeases(caller, nowMs);
    const lease = caller.leases.find(({ units }) => units > 0);
    if (lease === undefined) return repeatRefusal(caller.refusal, nowMs);
    lease.units--;
    const standings = later(lease.standings, nowMs - lease.takenAtMs, lease.units);
    const giveBack = (): void => this.#giveBack(demands, { ...lease, units: 1 });
    return { kind: "served", standings, giveBack, refill: this.#isRefillDue(caller, nowMs) };
  }

  /** How many requests to ask for, this one included. */
  wanted(demands: readonly RateDemand[], nowMs: number): number {
    return this.#callerOf(demands).demand.claim(nowMs);
  }

  /** Unused parts for the next call to carry. */
  takeReturns(): LeaseReturn[] {
    const returns = this.#returns;
    this.#returns = [];
    return returns;
  }

  /**
   * Keeps what an answer of the object allows to decide here. `isUsed`: one unit is for the request that asked.
   * `sentMs` is when it was asked: times of the object count from there at the latest.
   */
  learn(demands: readonly RateDemand[], reply: AdmitReply, sentMs: number, isUsed: boolean): void {
    const caller = this.#callerOf(demands);
    if (reply.outcome === "rate_limited") this.learnRefusal(demands, reply, sentMs);
    if (reply.outcome !== "admitted" || reply.grant === undefined) return;
    caller.refusal = undefined;
    if (reply.grant.units > 1) caller.demand.receive();
    const { grant, standings } = reply;
    const units = grant.units - (isUsed ? 1 : 0);
    if (units === 0) return;
    const lease = toLease({ ...grant, units }, standings, sentMs);
    // A single request is counted now and not ahead, so it cannot be kept for later.
    if (grant.units === 1) this.#giveBack(caller.demands, lease);
    else caller.leases.push(lease);
  }

  /** Keeps a refusal, to repeat it for a while without asking. */
  learnRefusal(demands: readonly RateDemand[], { scope, retryAfterMs, standings }: RateRefusal, sentMs: number): void {
    const untilMs = sentMs + Math.min(retryAfterMs, MAX_DENIAL_MS);
    this.#callerOf(demands).refusal = { scope, retryAfterMs, standings, sinceMs: sentMs, untilMs };
  }

  /**
   * Decides without the object, when it does not answer: the same windows with half their limits, counted in this
   * isolate alone. Limits hold per isolate then, rather than no request being served at all.
   */
  decideAlone(demands: readonly RateDemand[], nowMs: number): { denial?: RateDenial; standings: ScopeStanding[] } {
    const scopes = demands.map(({ scope, id, windows }) => ({
      state: this.#fallback.getOrMake(`${scope}:${id}`, newRateState),
      windows: windows.map(({ limit, windowMs }) => ({ limit: Math.ceil(limit / 2), windowMs })),
    }));
    const { deniedBy, retryAfterMs } = decide(scopes, 1, nowMs);
    const denied = demands[deniedBy ?? -1];
    const standings = demands.flatMap(({ scope }, index) => {
      const found = scopes[index];
      return found === undefined ? [] : [{ scope, windows: standingsOf(found, nowMs) }];
    });
    return { standings, ...(denied === undefined ? {} : { denial: { scope: denied.scope, retryAfterMs } }) };
  }

  #callerOf(demands: readonly RateDemand[]): Caller {
    let key = "";
    for (const { scope, id } of demands) key += `${scope}${id.length}:${id}`;
    return this.#callers.getOrMake(key, () => ({
      ...{ demands, demand: new LeaseDemand(), leases: [], refusal: undefined },
    }));
  }

  #isRefillDue(caller: Caller, nowMs: number): boolean {
    if (caller.demand.isAsked(nowMs)) return false;
    let units = 0;
    let lastsMs = 0;
    for (const lease of caller.leases) {
      units += lease.units;
      lastsMs = Math.max(lastsMs, lease.validUntilMs - nowMs);
    }
    return units < caller.demand.perSecond(nowMs) * REFILL_BELOW_SECONDS || lastsMs < REFILL_BEFORE_MS;
  }

  #endLeases(caller: Caller, nowMs: number): void {
    if (caller.leases.every(({ validUntilMs, units }) => validUntilMs > nowMs && units > 0)) return;
    for (const lease of caller.leases) if (lease.validUntilMs <= nowMs) this.#giveBack(caller.demands, lease);
    caller.leases = caller.leases.filter(({ validUntilMs, units }) => validUntilMs > nowMs && units > 0);
  }

  #giveBack(demands: readonly RateDemand[], { units, countedAtMs, epoch }: Lease): void {
    if (units > 0) this.#returns.push({ demands, units, countedAtMs, epoch });
    if (this.#returns.length > MAX_RETURNS) this.#returns.shift();
  }
}

function repeatRefusal(refusal: Refusal | undefined, nowMs: number): LocalRate {
  if (refusal === undefined || nowMs >= refusal.untilMs) return { kind: "unknown" };
  const passedMs = nowMs - refusal.sinceMs;
  const denial = { scope: refusal.scope, retryAfterMs: refusal.retryAfterMs - passedMs };
  return { kind: "denied", denial, standings: later(refusal.standings, passedMs, 0) };
}

function toLease(grant: RateGrant, standings: readonly ScopeStanding[], sentMs: number): Lease {
  const { units, validMs, countedAtMs, epoch } = grant;
  return { units, countedAtMs, epoch, standings, takenAtMs: sentMs, validUntilMs: sentMs + validMs };
}

/** Standings some time later, with `unused` requests that are counted but not made. */
function later(standings: readonly ScopeStanding[], passedMs: number, unused: number): ScopeStanding[] {
  return standings.map(({ scope, windows }) => ({
    scope,
    windows: windows.map(({ limit, windowMs, remaining, resetMs }) => ({
      ...{ limit, windowMs },
      remaining: Math.min(limit, remaining + unused),
      resetMs: Math.max(0, resetMs - passedMs),
    })),
  }));
}
