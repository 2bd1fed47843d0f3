import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { type Amount, type Budget, NOTHING, periodEndMs, plus, type Spender } from "#limits/budget";
import {
  accountOf,
  type Booking,
  expire,
  forgetPeriods,
  type Hold,
  HOLD_MS,
  type LedgerState,
  newLedger,
  REMEMBER_EXPIRED_MS,
  type Reserve,
  reserve,
  restoreHold,
  restoreSpent,
  settle,
  type Settlement,
} from "#limits/budget-ledger";

const NOON_MS = Date.UTC(2026, 10, 17, 12);
const DAY_MS = 86_400_000;
const spender = { keyId: "k", modelId: "m" };
const tokens = (count: number): Amount => ({ tokens: count, microUsd: 0 });
const budget = (limit: number, extra: Partial<Budget> = {}): Budget => ({
  ...{ scope: "tenant", unit: "tokens", window: "day", limit, mode: "enforce" },
  ...extra,
});
const demand = (id: string, count: number, extra: Partial<Reserve> = {}): Reserve => ({
  ...{ id, ...spender, need: tokens(count), upTo: 1 },
  ...extra,
});
const settlement = (id: string, count: number, extra: Partial<Settlement> = {}): Settlement => ({
  ...{ id, ...spender, day: "2026-11-17", seq: 1, spent: tokens(count), calls: 1, keep: NOTHING },
  ...extra,
});
const ofDay = (state: LedgerState, day = "2026-11-17") => {
  const { spent, held, calls } = accountOf(state, "tenant", "", day);
  return { spent: spent.tokens, held: held.tokens, calls };
};

describe("the budget ledger", () => {
  it("records 20 calls of 15 tokens as 300", () => {
    const state = newLedger();
    for (let call = 0; call < 20; call++) reserve(state, demand(`r${call}`, 40), [], NOON_MS);
    for (let call = 0; call < 20; call++) settle(state, settlement(`r${call}`, 15), NOON_MS);
    assert.deepEqual(ofDay(state), { spent: 300, held: 0, calls: 20 });
  });

  it("grants never more than 150 of 20 calls of 15, in any order of reserving and settling", () => {
    const order = fc.shuffledSubarray(Array.from({ length: 20 }, (_, call) => [call, call]).flat(), {
      minLength: 40,
      maxLength: 40,
    });
    fc.assert(
      fc.property(order, (steps) => {
        const state = newLedger();
        const granted = new Set<number>();
        for (const call of steps) {
          if (granted.has(call)) settle(state, settlement(`r${call}`, 15), NOON_MS);
          else if (reserve(state, demand(`r${call}`, 15), [budget(150)], NOON_MS).isGranted) granted.add(call);
          const { spent, held } = ofDay(state);
          assert.ok(spent + held <= 150);
        }
        assert.ok(granted.size * 15 <= 150);
      }),
    );
  });

  it("names the budget that opens again last", () => {
    const state = newLedger();
    const budgets = [budget(10), budget(5, { window: "month" }), budget(100, { scope: "key" })];
    const verdict = reserve(state, demand("a", 11), budgets, NOON_MS);
    assert.deepEqual(verdict, { isGranted: false, budget: budgets[1], resetAtMs: Date.UTC(2026, 11, 1) });
    assert.equal(state.holds.size, 0);
  });

  it("counts each key and each model for itself", () => {
    const state = newLedger();
    const budgets = [budget(10, { scope: "key" }), budget(15, { scope: "model" })];
    const ask = (id: string, keyId: string, modelId: string): boolean =>
      reserve(state, demand(id, 10, { keyId, modelId }), budgets, NOON_MS).isGranted;
    assert.equal(ask("a", "k1", "m1"), true);
    assert.equal(ask("b", "k1", "m2"), false);
    assert.equal(ask("c", "k2", "m1"), false);
    assert.equal(ask("d", "k2", "m2"), true);
  });

  it("only tells of a warning budget", () => {
    const verdict = reserve(newLedger(), demand("a", 11, { upTo: 50 }), [budget(10, { mode: "warn" })], NOON_MS);
    assert.equal(verdict.isGranted, true);
    assert.equal(verdict.exceeded.length, 1);
  });

  it("leases at most a fiftieth of what remains, and one call when that is less", () => {
    const lease = (limit: number, upTo: number): number => {
      const verdict = reserve(newLedger(), demand("a", 10, { upTo }), [budget(limit)], NOON_MS);
      return verdict.isGranted ? verdict.hold.held.tokens : 0;
    };
    assert.equal(lease(100_000, 1_000), 2_000);
    assert.equal(lease(100_000, 30), 300);
    assert.equal(lease(999, 1_000), 10);
    assert.equal(lease(9, 1_000), 0);
  });

  it("is the same reservation when it is asked for twice", () => {
    const state = newLedger();
    for (let attempt = 0; attempt < 2; attempt++) reserve(state, demand("a", 10), [budget(10)], NOON_MS);
    assert.equal(ofDay(state).held, 10);
  });

  it("books in full what was spent above the reservation", () => {
    const state = newLedger();
    reserve(state, demand("a", 10), [budget(10)], NOON_MS);
    settle(state, settlement("a", 25), NOON_MS);
    assert.deepEqual(ofDay(state), { spent: 25, held: 0, calls: 1 });
    assert.equal(reserve(state, demand("b", 1), [budget(10)], NOON_MS).isGranted, false);
  });

  it("changes nothing for a settlement that is repeated or overtaken", () => {
    const state = newLedger();
    reserve(state, demand("a", 100), [], NOON_MS);
    settle(state, settlement("a", 30, { seq: 2, keep: tokens(50), calls: 2 }), NOON_MS);
    assert.equal(settle(state, settlement("a", 30, { seq: 2 }), NOON_MS), undefined);
    assert.equal(settle(state, settlement("a", 10, { seq: 1 }), NOON_MS), undefined);
    assert.deepEqual(ofDay(state), { spent: 30, held: 50, calls: 2 });
  });

  it("lets nothing be held that was not granted", () => {
    const state = newLedger();
    settle(state, settlement("new", 5, { keep: tokens(1_000) }), NOON_MS);
    reserve(state, demand("a", 10), [], NOON_MS);
    settle(state, settlement("a", 5, { keep: tokens(1_000) }), NOON_MS);
    assert.deepEqual(ofDay(state), { spent: 10, held: 10, calls: 2 });
  });

  it("counts a reservation that nobody settles as spent, until it is settled after all", () => {
    const state = newLedger();
    reserve(state, demand("a", 10), [], NOON_MS);
    expire(state, NOON_MS + HOLD_MS - 1);
    assert.deepEqual(ofDay(state), { spent: 0, held: 10, calls: 0 });
    assert.equal(expire(state, NOON_MS + HOLD_MS).booked[0]?.spent.tokens, 10);
    assert.deepEqual(ofDay(state), { spent: 10, held: 0, calls: 0 });
    const correction = settle(state, settlement("a", 4), NOON_MS + HOLD_MS + 1);
    assert.deepEqual([correction?.spent.tokens, correction?.calls], [-6, 1]);
    assert.deepEqual(ofDay(state), { spent: 4, held: 0, calls: 1 });
    assert.deepEqual(expire(state, NOON_MS + HOLD_MS + 1 + REMEMBER_EXPIRED_MS).forgotten, ["a"]);
    assert.equal(state.holds.size, 0);
  });

  it("opens again with the next day and month, and books a late settlement to the day of its reservation", () => {
    const state = newLedger();
    const budgets = [budget(10), budget(18, { window: "month" })];
    const eveMs = Date.UTC(2026, 10, 30, 23, 59);
    const hold = reserve(state, demand("a", 10), budgets, eveMs);
    assert.equal(reserve(state, demand("b", 1), budgets, eveMs).isGranted, false);
    const nextDayMs = periodEndMs("day", eveMs);
    assert.equal(reserve(state, demand("c", 10), budgets, nextDayMs).isGranted, true);
    assert.ok(hold.isGranted);
    settle(state, settlement("a", 7, { day: hold.hold.day }), nextDayMs);
    assert.equal(ofDay(state, "2026-11-30").spent, 7);
    assert.deepEqual(ofDay(state, "2026-12-01"), { spent: 0, held: 10, calls: 0 });
    forgetPeriods(state, nextDayMs);
    assert.equal(ofDay(state, "2026-11").spent, 0);
    assert.equal(ofDay(state, "2026-12").held, 10);
  });

  it("stays within every enforced budget and agrees with a plain sum, whatever happens in whatever order", () => {
    const budgets = [
      budget(60),
      budget(40, { scope: "key" }),
      budget(90, { scope: "model", window: "month" }),
      budget(500, { unit: "microUsd", scope: "key", id: "k1" }),
    ];
    const step = fc.record({
      act: fc.constantFrom("reserve", "reserve", "settle", "part", "repeat", "wait", "restart"),
      id: fc.integer({ min: 0, max: 12 }).map(String),
      keyId: fc.constantFrom("k1", "k2"),
      modelId: fc.constantFrom("m1", "m2"),
      need: fc.record({ tokens: fc.integer({ min: 0, max: 30 }), microUsd: fc.integer({ min: 0, max: 300 }) }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let state = newLedger();
        let nowMs = NOON_MS;
        const rows = new Rows();
        const known = new Map<string, { hold: Hold; granted: Amount; last: Settlement | undefined }>();
        for (const { act, id, keyId, modelId, need, share } of steps) {
          const entry = known.get(id);
          if (act === "wait") {
            nowMs += Math.floor(share * DAY_MS * 0.6);
            rows.add(expire(state, nowMs).booked);
          } else if (act === "restart") {
            state = rows.restore(state);
          } else if (act === "reserve" && entry === undefined) {
            const verdict = reserve(state, { id, keyId, modelId, need, upTo: 3 }, budgets, nowMs);
            if (verdict.isGranted) known.set(id, { hold: verdict.hold, granted: verdict.hold.held, last: undefined });
          } else if (entry !== undefined && act !== "reserve") {
            const next = act === "repeat" ? entry.last : nextSettlement(entry, share, act === "part");
            if (next !== undefined && state.holds.has(id)) rows.add([settle(state, next, nowMs)]);
            if (next !== undefined) entry.last = next;
          }
          checkCaps(state, budgets);
          checkSums(state);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function nextSettlement(
  { hold, granted, last }: { hold: Hold; granted: Amount; last: Settlement | undefined },
  share: number,
  isPart: boolean,
): Settlement | undefined {
  if (last !== undefined && last.keep.tokens + last.keep.microUsd === 0) return undefined;
  const before = last?.spent ?? NOTHING;
  const more = (unit: keyof Amount): number => before[unit] + Math.floor((granted[unit] - before[unit]) * share);
  const spent = { tokens: more("tokens"), microUsd: more("microUsd") };
  const rest = { tokens: granted.tokens - spent.tokens, microUsd: granted.microUsd - spent.microUsd };
  const { id, keyId, modelId, day } = hold;
  return {
    id,
    keyId,
    modelId,
    day,
    spent,
    keep: isPart ? rest : NOTHING,
    calls: (last?.calls ?? 0) + 1,
    seq: (last?.seq ?? 0) + 1,
  };
}

function checkCaps(state: LedgerState, budgets: readonly Budget[]): void {
  for (const [key, { spent, held }] of state.accounts) {
    const [period = "", scope, subject = ""] = key.split(" ");
    for (const { unit, limit } of budgets.filter(
      (one) => one.scope === scope && (one.id ?? subject) === subject && (one.window === "day") === period.length > 7,
    )) {
      assert.ok(spent[unit] + held[unit] <= limit, `${key}: ${spent[unit]} + ${held[unit]} > ${limit}`);
    }
  }
}

/** What the holds say, added up, is what the accounts of the tenant say, as long as no hold was forgotten. */
function checkSums(state: LedgerState): void {
  const held = [...state.holds.values()].reduce((sum, hold) => sum + hold.held.tokens, 0);
  const accounts = [...state.accounts].filter(([key]) => key.endsWith(" tenant ") && key.indexOf(" ") === 10);
  assert.equal(
    accounts.reduce((sum, [, account]) => sum + account.held.tokens, 0),
    held,
  );
  assert.ok(accounts.every(([, { spent }]) => spent.tokens >= 0 && spent.microUsd >= 0));
}

/** The daily rows of a store: every booking added up. */
class Rows {
  readonly #rows = new Map<string, Spender & { day: string; spent: Amount; calls: number }>();

  add(bookings: readonly (Booking | undefined)[]): void {
    for (const booking of bookings) {
      if (booking === undefined) continue;
      const { day, keyId, modelId } = booking.hold;
      const key = JSON.stringify([day, keyId, modelId]);
      const row = this.#rows.get(key) ?? { day, keyId, modelId, spent: NOTHING, calls: 0 };
      this.#rows.set(key, { ...row, spent: plus(row.spent, booking.spent), calls: row.calls + booking.calls });
    }
  }

  /** What an object that was thrown out of memory knows afterwards. */
  restore(state: LedgerState): LedgerState {
    const revived = newLedger();
    for (const row of this.#rows.values()) restoreSpent(revived, row);
    for (const hold of state.holds.values()) restoreHold(revived, structuredClone(hold));
    for (const [key, account] of state.accounts) {
      const empty = { spent: NOTHING, held: NOTHING, calls: 0 };
      assert.deepEqual(revived.accounts.get(key) ?? empty, account, key);
    }
    return revived;
  }
}
