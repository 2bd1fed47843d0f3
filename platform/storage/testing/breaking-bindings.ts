import type { VectorIndex } from "#storage/vectorize-vector-store";

/** How a call of a binding goes wrong. */
export interface Breakage {
  /** Which call, from 1. */
  readonly at: number;
  /** `before`: nothing was done. `after`: it was done, and the answer was lost. */
  readonly when: "before" | "after";
  /** Whether the process ends there: no call after it is made, not even to tidy up. */
  readonly isFatal: boolean;
}

/** Counts the calls of all bindings it guards, and breaks one of them. */
export class Fuse {
  /** Calls so far: what each was. */
  readonly calls: string[] = [];
  #isDead = false;

  constructor(private readonly breakage?: Breakage) {}

  /** Whether the breakage came to pass. */
  get hasBlown(): boolean {
    return this.breakage !== undefined && this.calls.length >= this.breakage.at;
  }

  async guard<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
    if (this.#isDead) throw new Error("the process has ended");
    const isBroken = this.calls.push(what) === this.breakage?.at;
    if (!isBroken) return call();
    this.#isDead = this.breakage.isFatal;
    if (this.breakage.when === "after") await call();
    throw new Error(`broken ${this.breakage.when} call ${this.breakage.at}: ${what}`);
  }
}

/**
 * Every way in which a number of calls can go wrong, one at a time. A process that ends before a call leaves what one leaves
 * that ends after the call before it, so that only the first call is tried with both.
 */
export function* everyBreakage(calls: number): Generator<Breakage> {
  yield { at: 1, when: "before", isFatal: true };
  for (let at = 1; at <= calls; at++) {
    yield { at, when: "before", isFatal: false };
    yield { at, when: "after", isFatal: false };
    yield { at, when: "after", isFatal: true };
  }
}

/** The database with every call guarded. Only what the stores use of a statement is there. */
export function breakingDatabase(database: D1Database, fuse: Fuse): D1Database {
  const raws = new WeakMap<object, D1PreparedStatement>();
  const wrap = (raw: D1PreparedStatement): D1PreparedStatement => {
    const guarded = {
      bind: (...values: unknown[]) => wrap(raw.bind(...values)),
      all: () => fuse.guard("D1 all", () => raw.all()),
      run: () => fuse.guard("D1 run", () => raw.run()),
      first: () => fuse.guard("D1 first", () => raw.first()),
    };
    raws.set(guarded, raw);
    return guarded as unknown as D1PreparedStatement;
  };
  const guarded = {
    prepare: (sql: string) => wrap(database.prepare(sql)),
    batch: (statements: readonly D1PreparedStatement[]) =>
      fuse.guard("D1 batch", () => database.batch(statements.map((statement) => raws.get(statement) ?? statement))),
  };
  return guarded as unknown as D1Database;
}

/** The index with every call guarded. */
export function breakingIndex(index: VectorIndex, fuse: Fuse): VectorIndex {
  return {
    query: (...parameters) => fuse.guard("Vectorize query", () => index.query(...parameters)),
    upsert: (vectors) => fuse.guard("Vectorize upsert", () => index.upsert(vectors)),
    deleteByIds: (ids) => fuse.guard("Vectorize deleteByIds", () => index.deleteByIds(ids)),
  };
}
