import {
  type Amount,
  type Budget,
  BUDGET_WINDOWS,
  budgetsFor,
  dayOf,
  minus,
  NOTHING,
  periodEndMs,
  periodOf,
  plus,
  type Spender,
  subjectOf,
  times,
} from "#limits/budget";

/** A reservation that is not settled within this time counts as spent, until it is settled after all. */
export const HOLD_MS = 10 * 60_000;
/** How long a settled hold is remembered, so that a repeated settlement is recognised. */
export const REMEMBER_SETTLED_MS = 10 * 60_000;
/** How long an expired hold is remembered, so that a late settlement corrects it. */
export const REMEMBER_EXPIRED_MS = 60 * 60_000;
/** A lease takes at most this part of what remains in any budget. */
export const LEASE_SHARE = 1 / 50;

/** What one caller has reserved, and what of it is booked as spent. One of them may serve many calls: a lease. */
export interface Hold extends Spender {
  readonly id: string;
  /** UTC day of the reservation: what is spent is booked to it, whenever the settlement arrives. */
  readonly day: string;
  /** Reserved and not spent yet. */
  held: Amount;
  /** Booked as spent so far. */
  booked: Amount;
  /** Calls that were settled. */
  calls: number;
  /** Number of the last settlement. Settlements are cumulative, so a repeated or overtaken one changes nothing. */
  seq: number;
  /** Ms since the epoch: when what is held counts as spent; of a settled hold, when it is forgotten. */
  deadlineMs: number;
}

/** What is spent and reserved in one period by one scope. */
export interface Account {
  spent: Amount;
  held: Amount;
  calls: number;
}

/** All of a tenant's ledger that can still matter. Changed in place by the functions below, and by nothing else. */
export interface LedgerState {
  /** By scope, subject and period. */
  readonly accounts: Map<string, Account>;
  readonly holds: Map<string, Hold>;
}

export interface Reserve extends Spender {
  /** Chosen by the caller; the same id twice is the same reservation. */
  readonly id: string;
  /** The most that one call can cost. */
  readonly need: Amount;
  /** How many such calls the caller could use a lease for; 1: a reservation for one call. */
  readonly upTo: number;
}

export type ReserveVerdict =
  | { readonly isGranted: true; readonly hold: Hold; readonly exceeded: readonly Budget[] }
  | { readonly isGranted: false; readonly budget: Budget; readonly resetAtMs: number };

/** What a holder has spent of its hold since the beginning, and what it keeps for calls to come or still running. */
export interface Settlement extends Spender {
  readonly id: string;
  readonly day: string;
  readonly seq: number;
  readonly spent: Amount;
  readonly calls: number;
  /** Zero releases the rest. */
  readonly keep: Amount;
}

/** What a change of a hold adds to the day's totals; negative parts correct what was booked before. */
export interface Booking {
  readonly hold: Hold;
  readonly spent: Amount;
  readonly calls: number;
}

export function newLedger(): LedgerState {
  return { accounts: new Map(), holds: new Map() };
}

/**
 * Reserves for one call or leases for several, all or nothing over all budgets that apply.
 * Spent + held never goes above an enforced limit by this; a warning budget only says that it would.
 * Refused: the budget that opens again last, and when that is.
 */
export function reserve(
  state: LedgerState,
  { id, need, upTo, ...spender }: Reserve,
  budgets: readonly Budget[],
  nowMs: number,
): ReserveVerdict {
  const known = state.holds.get(id);
  if (known !== undefined) return { isGranted: true, hold: known, exceeded: [] };
  const day = dayOf(nowMs);
  let refusal: { budget: Budget; resetAtMs: number } | undefined;
  const exceeded: Budget[] = [];
  let calls = Math.max(1, Math.floor(upTo));
  for (const budget of budgetsFor(budgets, spender)) {
    const remaining = budget.limit - usedOf(state, budget, spender, day);
    const isOver = need[budget.unit] > remaining;
    if (budget.mode === "warn") {
      if (isOver) exceeded.push(budget);
      continue;
    }
    const resetAtMs = periodEndMs(budget.window, nowMs);
    if (isOver && resetAtMs > (refusal?.resetAtMs ?? 0)) refusal = { budget, resetAtMs };
    const share = Math.floor((remaining * LEASE_SHARE) / Math.max(1, need[budget.unit]));
    calls = Math.max(1, Math.min(calls, share));
  }
  if (refusal !== undefined) return { isGranted: false, ...refusal };
  const { keyId, modelId } = spender;
  const held = times(need, calls);
  const hold: Hold = { id, keyId, modelId, day, held, booked: NOTHING, calls: 0, seq: 0, deadlineMs: nowMs + HOLD_MS };
  state.holds.set(id, hold);
  eachAccount(state, hold, (account) => {
    account.held = plus(account.held, held);
  });
  return { isGranted: true, hold, exceeded };
}

/**
 * Books what was spent, in full even above what was reserved: the money is gone, and the ledger tells the truth.
 * A settlement of a hold that is not known (of calls that no budget applied to) opens it, with nothing held.
 * Returns undefined for one that was booked before.
 */
export function settle(state: LedgerState, settlement: Settlement, nowMs: number): Booking | undefined {
  const { id, seq, spent, calls, keep, keyId, modelId, day } = settlement;
  const hold = state.holds.get(id) ?? {
    ...{ id, keyId, modelId, day, held: NOTHING, booked: NOTHING, calls: 0, seq: 0, deadlineMs: 0 },
  };
  if (seq <= hold.seq) return undefined;
  // Nothing may be held that was not granted, or that has expired since.
  const kept = smaller(keep, hold.held);
  const booking = book(state, hold, { spent, calls, held: kept });
  hold.seq = seq;
  hold.deadlineMs = nowMs + (isNothing(kept) ? REMEMBER_SETTLED_MS : HOLD_MS);
  state.holds.set(id, hold);
  return booking;
}

/**
 * Books holds whose time is over as spent: their holder may have spent it all before it died, and a budget must not be
 * overdrawn on a guess. Its settlement, should it still come, corrects the booking. Forgets holds settled long ago.
 */
export function expire(state: LedgerState, nowMs: number): { booked: Booking[]; forgotten: string[] } {
  const booked: Booking[] = [];
  const forgotten: string[] = [];
  for (const hold of state.holds.values()) {
    if (hold.deadlineMs > nowMs) continue;
    if (isNothing(hold.held)) {
      state.holds.delete(hold.id);
      forgotten.push(hold.id);
      continue;
    }
    booked.push(book(state, hold, { spent: plus(hold.booked, hold.held), calls: hold.calls, held: NOTHING }));
    hold.deadlineMs = nowMs + REMEMBER_EXPIRED_MS;
  }
  return { booked, forgotten };
}

/** Puts a stored hold back into the state. What it has booked comes with the stored totals. */
export function restoreHold(state: LedgerState, hold: Hold): void {
  state.holds.set(hold.id, hold);
  eachAccount(state, hold, (account) => {
    account.held = plus(account.held, hold.held);
  });
}

/** Puts the stored total of a day, key and model back into the state. */
export function restoreSpent(state: LedgerState, total: Spender & { day: string; spent: Amount; calls: number }): void {
  eachAccount(state, total, (account) => {
    account.spent = plus(account.spent, total.spent);
    account.calls += total.calls;
  });
}

/** What a scope has spent and reserved in a period: zero when nothing is known of it. */
export function accountOf(
  state: LedgerState,
  scope: Budget["scope"],
  subject: string,
  period: string,
): Readonly<Account> {
  return state.accounts.get(accountKey(scope, subject, period)) ?? { spent: NOTHING, held: NOTHING, calls: 0 };
}

/** Drops accounts of days and months that are over. What is settled for them late is still booked to the store. */
export function forgetPeriods(state: LedgerState, nowMs: number): void {
  const today = dayOf(nowMs);
  for (const key of state.accounts.keys()) {
    const period = key.slice(0, key.indexOf(" "));
    if (period < today.slice(0, period.length)) state.accounts.delete(key);
  }
}

function usedOf(state: LedgerState, { scope, unit, window }: Budget, spender: Spender, day: string): number {
  const { spent, held } = accountOf(state, scope, subjectOf(scope, spender), periodOf(window, day));
  return spent[unit] + held[unit];
}

function book(state: LedgerState, hold: Hold, to: { spent: Amount; calls: number; held: Amount }): Booking {
  const spent = minus(to.spent, hold.booked);
  const held = minus(to.held, hold.held);
  const calls = to.calls - hold.calls;
  eachAccount(state, hold, (account) => {
    account.spent = plus(account.spent, spent);
    account.held = plus(account.held, held);
    account.calls += calls;
  });
  hold.booked = to.spent;
  hold.held = to.held;
  hold.calls = to.calls;
  return { hold, spent, calls };
}

function eachAccount(state: LedgerState, entry: Spender & { day: string }, change: (account: Account) => void): void {
  for (const window of BUDGET_WINDOWS) {
    for (const scope of ["tenant", "key", "model"] as const) {
      const key = accountKey(scope, subjectOf(scope, entry), periodOf(window, entry.day));
      let account = state.accounts.get(key);
      if (account === undefined) state.accounts.set(key, (account = { spent: NOTHING, held: NOTHING, calls: 0 }));
      change(account);
    }
  }
}

/** Begins with the period, whose text never holds a blank, as no scope's does: no two accounts share a key. */
function accountKey(scope: Budget["scope"], subject: string, period: string): string {
  return `${period} ${scope} ${subject}`;
}

function smaller(a: Amount, b: Amount): Amount {
  return { tokens: Math.min(a.tokens, b.tokens), microUsd: Math.min(a.microUsd, b.microUsd) };
}

function isNothing({ tokens, microUsd }: Amount): boolean {
  return tokens === 0 && microUsd === 0;
}
