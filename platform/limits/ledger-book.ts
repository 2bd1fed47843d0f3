import { type Amount, type Budget, dayOf, periodOf, type Spender } from "#limits/budget";
import {
  type Booking,
  expire,
  forgetPeriods,
  type Hold,
  type LedgerState,
  newLedger,
  type Reserve,
  reserve,
  type ReserveVerdict,
  restoreHold,
  restoreSpent,
  settle,
  type Settlement,
} from "#limits/budget-ledger";

/** How often holds are looked through for expired ones. */
const TIDY_EVERY_MS = 10_000;
/** How long daily totals are kept. */
const KEEP_DAYS = 400;
const DAY_MS = 86_400_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS spent (
    day TEXT NOT NULL,
    key_id TEXT NOT NULL,
    model_id TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    micro_usd INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (day, key_id, model_id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS holds (
    id TEXT PRIMARY KEY,
    key_id TEXT NOT NULL,
    model_id TEXT NOT NULL,
    day TEXT NOT NULL,
    held_tokens INTEGER NOT NULL,
    held_micro_usd INTEGER NOT NULL,
    booked_tokens INTEGER NOT NULL,
    booked_micro_usd INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    deadline_ms INTEGER NOT NULL
  ) WITHOUT ROWID;`;

/**
 * The ledger of one tenant with its rows. Every change is written before the answer leaves: the object's output waits
 * for its storage. One row per day, key and model; the totals of months, keys and models are sums of them, in memory.
 */
export class LedgerBook {
  readonly state: LedgerState = newLedger();
  readonly #sql: SqlStorage;
  #tidiedMs = 0;

  constructor(sql: SqlStorage, nowMs: number) {
    this.#sql = sql;
    sql.exec(SCHEMA);
    this.#load(nowMs);
  }

  reserve(demand: Reserve, budgets: readonly Budget[], nowMs: number): ReserveVerdict {
    this.tidy(nowMs, TIDY_EVERY_MS);
    const verdict = reserve(this.state, demand, budgets, nowMs);
    if (verdict.isGranted) this.#saveHold(verdict.hold);
    return verdict;
  }

  settle(settlements: readonly Settlement[], nowMs: number): void {
    for (const settlement of settlements) {
      const booking = settle(this.state, settlement, nowMs);
      if (booking !== undefined) this.#saveBooking(booking);
    }
    this.tidy(nowMs, TIDY_EVERY_MS);
  }

  /** Expires holds and forgets what is old, unless that was done within `everyMs`. */
  tidy(nowMs: number, everyMs = 0): void {
    if (nowMs - this.#tidiedMs < everyMs) return;
    this.#tidiedMs = nowMs;
    const { booked, forgotten } = expire(this.state, nowMs);
    for (const booking of booked) this.#saveBooking(booking);
    for (const id of forgotten) this.#sql.exec("DELETE FROM holds WHERE id = ?", id);
    forgetPeriods(this.state, nowMs);
  }

  #load(nowMs: number): void {
    this.#sql.exec("DELETE FROM spent WHERE day < ?", dayOf(nowMs - KEEP_DAYS * DAY_MS));
    const today = dayOf(nowMs);
    const month = periodOf("month", today);
    // Earlier days count for the month only: they come as one sum per key and model.
    const rows = this.#sql.exec<SpentRow>(
      `SELECT * FROM spent WHERE day >= ?1
       UNION ALL SELECT ?2, key_id, model_id, SUM(tokens), SUM(micro_usd), SUM(calls)
       FROM spent WHERE day >= ?2 AND day < ?1 GROUP BY key_id, model_id`,
      ...[today, `${month}-01`],
    );
    for (const row of rows) {
      restoreSpent(this.state, { ...spenderOf(row), spent: amount(row.tokens, row.micro_usd), calls: row.calls });
    }
    forgetPeriods(this.state, nowMs);
    for (const row of this.#sql.exec<HoldRow>("SELECT * FROM holds")) {
      restoreHold(this.state, {
        ...spenderOf(row),
        id: row.id,
        held: amount(row.held_tokens, row.held_micro_usd),
        booked: amount(row.booked_tokens, row.booked_micro_usd),
        calls: row.calls,
        seq: row.seq,
        deadlineMs: row.deadline_ms,
      });
    }
  }

  #saveBooking({ hold, spent, calls }: Booking): void {
    this.#saveHold(hold);
    if (spent.tokens === 0 && spent.microUsd === 0 && calls === 0) return;
    this.#sql.exec(
      `INSERT INTO spent VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         tokens = tokens + excluded.tokens, micro_usd = micro_usd + excluded.micro_usd, calls = calls + excluded.calls`,
      ...[hold.day, hold.keyId, hold.modelId, spent.tokens, spent.microUsd, calls],
    );
  }

  #saveHold({ id, keyId, modelId, day, held, booked, calls, seq, deadlineMs }: Hold): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO holds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ...[id, keyId, modelId, day, held.tokens, held.microUsd, booked.tokens, booked.microUsd, calls, seq, deadlineMs],
    );
  }
}

interface SpenderRow extends Record<string, SqlStorageValue> {
  key_id: string;
  model_id: string;
  day: string;
}

interface SpentRow extends SpenderRow {
  tokens: number;
  micro_usd: number;
  calls: number;
}

interface HoldRow extends SpenderRow {
  id: string;
  held_tokens: number;
  held_micro_usd: number;
  booked_tokens: number;
  booked_micro_usd: number;
  calls: number;
  seq: number;
  deadline_ms: number;
}

function spenderOf(row: SpenderRow): Spender & { day: string } {
  return { keyId: row.key_id, modelId: row.model_id, day: row.day };
}

function amount(tokens: number, microUsd: number): Amount {
  return { tokens, microUsd };
}
