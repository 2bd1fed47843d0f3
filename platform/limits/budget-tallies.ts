import { BoundedMap } from "#limits/bounded-map";
import { type Amount, type Budget, covers, dayOf, minusToZero, NOTHING, plus, type Spender } from "#limits/budget";
import type { Settlement } from "#limits/budget-ledger";
import { LeaseDemand } from "#limits/lease-demand";
import type { HoldGrant } from "#limits/quota-message";

/** Spenders that an isolate keeps leases for, per tenant. */
const MAX_SPENDERS = 2_000;
/** Settlements that wait to be sent while the ledger does not answer. Beyond it, holds are left to expire. */
const MAX_UNSENT = 5_000;
/** How long a lease is drawn from. */
const DRAW_MS = 30_000;
/** A lease that nobody has drawn from for this long is given back. */
const IDLE_MS = 1_000;

/** What this isolate has reserved under one id of the ledger, and spent of it. Cumulative: see `Settlement`. */
interface Tally extends Spender {
  readonly id: string;
  readonly day: string;
  /** Reserved and not drawn; undefined when no budget applies, so that nothing needs to be reserved. */
  free: Amount | undefined;
  /** Drawn by calls that still run. */
  drawn: Amount;
  spent: Amount;
  calls: number;
  running: number;
  seq: number;
  readonly drawUntilMs: number;
  lastDrawMs: number;
  readonly exceeded: readonly Budget[];
}

/** One call's part of a tally. */
export interface Draw extends Spender {
  readonly id: string;
  readonly day: string;
  readonly reserved: Amount;
  readonly exceeded: readonly Budget[];
  /** Says what the call has really cost. The second and every further time changes nothing. */
  settle(actual: Amount): void;
  /** Gives everything back and counts no call, for a request that is then refused for another reason. */
  undo(): void;
}

/**
 * What one isolate has reserved of one tenant's budgets. A lease is reserved in the ledger before anything is drawn
 * from it, so drawing can pass no cap. What was spent is sent from here, cumulative and numbered, until it is received.
 */
export class BudgetTallies {
  readonly #drawable = new BoundedMap<Tally>(MAX_SPENDERS, (tally) => this.#release(tally));
  readonly #unsent = new BoundedMap<Tally>(MAX_UNSENT);
  readonly #demand = new BoundedMap<LeaseDemand>(MAX_SPENDERS);

  /** Draws on a lease that has enough left. Undefined: the ledger has to be asked. */
  draw(spender: Spender, need: Amount, nowMs: number): Draw | undefined {
    this.#demandOf(spender).add(nowMs);
    const tally = this.#drawable.get(keyOf(spender));
    if (tally === undefined) return undefined;
    if (nowMs >= tally.drawUntilMs || tally.day !== dayOf(nowMs)) {
      this.#end(tally);
      return undefined;
    }
    if (tally.free !== undefined && !covers(tally.free, need)) return undefined;
    return this.#take(tally, need, nowMs);
  }

  /** How many calls to reserve for, this one included. */
  wanted(spender: Spender, nowMs: number): number {
    return this.#demandOf(spender).claim(nowMs);
  }

  /** Draws on a tally that needs no reservation, because no budget applies: its spending is recorded all the same. */
  drawUnlimited(spender: Spender, need: Amount, nowMs: number): Draw {
    const key = keyOf(spender);
    const known = this.#drawable.get(key);
    if (known?.free === undefined && known?.day === dayOf(nowMs) && nowMs < known.drawUntilMs) {
      return this.#take(known, need, nowMs);
    }
    const tally = unlimitedTally(spender, nowMs);
    this.#drawable.set(key, tally);
    return this.#take(tally, need, nowMs);
  }

  /** The same for one call alone. */
  drawAlone(spender: Spender, need: Amount, nowMs: number): Draw {
    return this.#take(unlimitedTally(spender, nowMs), need, nowMs);
  }

  /** Draws the first call of what the ledger has granted, and keeps the rest for those to come. */
  drawGranted(spender: Spender, id: string, grant: HoldGrant, need: Amount, nowMs: number): Draw {
    const tally = newTally(spender, id, grant, nowMs);
    const draw = this.#take(tally, need, nowMs);
    if (hasFree(tally)) {
      this.#demandOf(spender).receive();
      const before = this.#drawable.get(keyOf(spender));
      if (before !== undefined) this.#end(before);
      this.#drawable.set(keyOf(spender), tally);
    }
    return draw;
  }

  /** Releases a reservation that may or may not have been made: the answer was lost. */
  abandon(spender: Spender, id: string, nowMs: number): void {
    this.#touch(newTally(spender, id, { day: dayOf(nowMs), held: NOTHING, exceeded: [] }, nowMs));
  }

  /** Gives idle leases back. Says whether some are still waiting for it. */
  endIdle(nowMs: number): boolean {
    let isWaiting = false;
    for (const [, tally] of this.#drawable.entries()) {
      // Also while calls of it run: one that died with its Durable Object never ends.
      if (!hasFree(tally)) continue;
      if (nowMs - tally.lastDrawMs >= IDLE_MS) this.#end(tally);
      else isWaiting = true;
    }
    return isWaiting;
  }

  /** What the ledger has not received yet. */
  unsent(): Settlement[] {
    return [...this.#unsent.entries()].map(([, { id, day, keyId, modelId, seq, spent, calls, free, drawn }]) => ({
      ...{ id, day, keyId, modelId, seq, spent, calls },
      keep: free === undefined ? NOTHING : plus(free, drawn),
    }));
  }

  /** Forgets what was received, unless more has happened since. */
  acknowledge(settlements: readonly Settlement[]): void {
    for (const { id, seq } of settlements) if (this.#unsent.get(id)?.seq === seq) this.#unsent.delete(id);
  }

  #take(tally: Tally, reserved: Amount, nowMs: number): Draw {
    if (tally.free !== undefined) tally.free = minusToZero(tally.free, reserved);
    tally.drawn = plus(tally.drawn, reserved);
    tally.running++;
    tally.lastDrawMs = nowMs;
    const { id, day, keyId, modelId, exceeded } = tally;
    let isOpen = true;
    const finish = (actual: Amount, calls: number): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#book(tally, reserved, actual, calls);
    };
    const settle = (actual: Amount): void => finish(actual, 1);
    return { id, day, keyId, modelId, reserved, exceeded, settle, undo: () => finish(NOTHING, 0) };
  }

  #book(tally: Tally, reserved: Amount, actual: Amount, calls: number): void {
    tally.running--;
    tally.drawn = minusToZero(tally.drawn, reserved);
    tally.spent = plus(tally.spent, actual);
    tally.calls += calls;
    const isDrawable = this.#drawable.get(keyOf(tally)) === tally;
    if (tally.free !== undefined) {
      // What a call did not use serves the next one; what it used too much is missing for it.
      tally.free = isDrawable ? minusToZero(plus(tally.free, reserved), actual) : NOTHING;
    }
    // An undone draw leaves a lease as it was: nothing to tell.
    if (calls > 0 || !isDrawable) this.#touch(tally);
  }

  #end(tally: Tally): void {
    this.#drawable.delete(keyOf(tally));
    this.#release(tally);
  }

  #release(tally: Tally): void {
    if (!hasFree(tally)) return;
    tally.free = NOTHING;
    this.#touch(tally);
  }

  #touch(tally: Tally): void {
    tally.seq++;
    this.#unsent.set(tally.id, tally);
  }

  #demandOf(spender: Spender): LeaseDemand {
    return this.#demand.getOrMake(keyOf(spender), () => new LeaseDemand());
  }
}

function newTally({ keyId, modelId }: Spender, id: string, { day, held, exceeded }: HoldGrant, nowMs: number): Tally {
  const times = { drawUntilMs: nowMs + DRAW_MS, lastDrawMs: nowMs };
  return {
    id,
    keyId,
    modelId,
    day,
    free: held,
    drawn: NOTHING,
    spent: NOTHING,
    calls: 0,
    running: 0,
    seq: 0,
    exceeded,
    ...times,
  };
}

function unlimitedTally(spender: Spender, nowMs: number): Tally {
  const tally = newTally(spender, crypto.randomUUID(), { day: dayOf(nowMs), held: NOTHING, exceeded: [] }, nowMs);
  tally.free = undefined;
  return tally;
}

function hasFree({ free }: Tally): boolean {
  return free !== undefined && (free.tokens > 0 || free.microUsd > 0);
}

function keyOf({ keyId, modelId }: Spender): string {
  return `${keyId.length}:${keyId}${modelId}`;
}
