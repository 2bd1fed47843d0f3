import { MIN_LEASE_UNITS } from "#limits/lease-demand";
import type { AdmitMessage, LeaseReturn, RateDemand, RateGrant, ScopeStanding } from "#limits/quota-message";
import {
  count,
  giveBack,
  isForgettable,
  judge,
  newRateState,
  type RateState,
  type RateVerdict,
  type ScopeDemand,
  standingsOf,
} from "#limits/sliding-window";

/** How long a lease may be used, and how far ahead it is counted. */
export const LEASE_MS = 2_000;
/** A caller stops using a lease this much earlier: its clock stands still while it computes. */
const LEASE_MARGIN_MS = 250;
/** A lease takes at most this part of what remains in any window. */
const LEASE_SHARE = 1 / 20;
/** How long a change may wait to be saved. */
const SAVE_AFTER_MS = 1_000;
/** Scopes kept in memory. The others wait in storage. */
const MAX_STATES = 20_000;
/** An address that used less than this part of its limit is not worth a row: a flood has many of them. */
const NOTABLE_SHARE = 1 / 4;
/** Begins the storage keys of rate states. */
const PREFIX = "rate:";

/** A verdict with where all windows stand, and what was found to count in. */
export interface RateDecision extends RateVerdict {
  readonly scopes: readonly ScopeDemand[];
}

/**
 * The rate windows of one tenant: in memory, and saved behind the answers, so that an eviction hands out no fresh quota.
 * What runs out is saved at once, everything else within a second; no answer ever waits for it.
 */
export class RateBook {
  readonly #storage: DurableObjectStorage;
  readonly #states = new Map<string, RateState>();
  readonly #unsaved = new Map<string, RateState>();
  readonly #epoch = crypto.randomUUID();
  #saveTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Takes back what leases of this life did not use. */
  takeBack(returns: readonly LeaseReturn[]): void {
    for (const { demands, units, countedAtMs, epoch } of returns) {
      if (epoch !== this.#epoch) continue;
      for (const demand of demands) {
        const state = this.#stateOf(demand);
        giveBack(state, units, countedAtMs);
        this.#unsaved.set(keyOf(demand), state);
      }
    }
  }

  /** Judges one request and counts nothing yet. */
  judge(demands: readonly RateDemand[], nowMs: number): RateDecision {
    const scopes = demands.map((demand) => ({ state: this.#stateOf(demand), windows: demand.windows }));
    const verdict = judge(scopes, 1, nowMs);
    if (!verdict.isAllowed) this.#save();
    return { ...verdict, scopes };
  }

  /**
   * Counts an allowed request, and with it a small lease where much remains and the caller has use for it. Where it asks for
   * later: a lease or nothing.
   */
  grant(
    { scopes }: RateDecision,
    { demands, want, isForLater = false }: NonNullable<AdmitMessage["rate"]>,
    nowMs: number,
  ): RateGrant | undefined {
    const before = scopes.flatMap((scope) => standingsOf(scope, nowMs));
    const remaining = Math.min(...before.map((window) => window.remaining));
    const share = Math.min(Math.floor(want), Math.floor(remaining * LEASE_SHARE));
    const units = share < MIN_LEASE_UNITS ? 1 : share;
    if (units === 1 && isForLater) return undefined;
    const countedAtMs = units === 1 ? nowMs : nowMs + LEASE_MS;
    for (const { state } of scopes) count(state, units, nowMs, countedAtMs);
    this.#remember(demands, scopes, nowMs, remaining - units);
    return { units, validMs: LEASE_MS - LEASE_MARGIN_MS, countedAtMs, epoch: this.#epoch };
  }

  standings(demands: readonly RateDemand[], nowMs: number): ScopeStanding[] {
    return demands.map((demand) => ({
      scope: demand.scope,
      windows: standingsOf({ state: this.#stateOf(demand), windows: demand.windows }, nowMs),
    }));
  }

  #stateOf(demand: RateDemand): RateState {
    const key = keyOf(demand);
    let state = this.#states.get(key);
    if (state !== undefined) return state;
    state = this.#unsaved.get(key) ?? this.#storage.kv.get<RateState>(PREFIX + key) ?? newRateState();
    if (this.#states.size >= MAX_STATES) {
      this.#save();
      this.#states.clear();
    }
    this.#states.set(key, state);
    return state;
  }

  #remember(demands: readonly RateDemand[], scopes: readonly ScopeDemand[], nowMs: number, remaining: number): void {
    for (const [index, demand] of demands.entries()) {
      const scope = scopes[index];
      if (scope !== undefined && (demand.scope !== "ip" || isNotable(scope, nowMs))) {
        this.#unsaved.set(keyOf(demand), scope.state);
      }
    }
    if (remaining <= 0) this.#save();
    else this.#saveTimer ??= setTimeout(() => this.#save(), SAVE_AFTER_MS);
  }

  #save(): void {
    if (this.#saveTimer !== undefined) clearTimeout(this.#saveTimer);
    this.#saveTimer = undefined;
    for (const [key, state] of this.#unsaved) {
      // Not awaited and unconfirmed: an answer never waits for it, and a loss costs a second of counting.
      this.#storage.put(PREFIX + key, state, { allowUnconfirmed: true }).catch(() => undefined);
    }
    this.#unsaved.clear();
  }

  /** Removes what no window counts any more, in memory and in storage. */
  sweep(longestWindowMs: number, nowMs: number): void {
    for (const [key, state] of this.#states) if (isForgettable(state, longestWindowMs, nowMs)) this.#states.delete(key);
    for (const [key, state] of this.#storage.kv.list<RateState>({ prefix: PREFIX })) {
      if (!isForgettable(state, longestWindowMs, nowMs)) continue;
      this.#unsaved.delete(key.slice(PREFIX.length));
      this.#storage.delete(key, { allowUnconfirmed: true }).catch(() => undefined);
    }
  }
}

/** Scopes are words of the config and hold no ":", so no two demands share a key. */
function keyOf({ scope, id }: RateDemand): string {
  return `${scope}:${id}`;
}

function isNotable(scope: ScopeDemand, nowMs: number): boolean {
  return standingsOf(scope, nowMs).some(({ remaining, limit }) => remaining <= limit * (1 - NOTABLE_SHARE));
}
