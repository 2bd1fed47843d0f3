/**
 * What may go wrong with a call.
 *
 * - `refuse`: an error before anything is done
 * - `lose`: the call is carried out, and then answered with an error
 * - `hang`: no answer, nothing done
 * - `cut`: the call is carried out, and then the connection breaks
 * - `delay`: a late answer
 */
export type FaultKind = "refuse" | "lose" | "hang" | "cut" | "delay";

/** Calls that go wrong, and how. */
export interface Fault {
  readonly kind: FaultKind;
  /** Only calls whose `METHOD /path` it matches. Default: all calls of the API. */
  readonly match?: RegExp;
  /** Status of `refuse` and `lose`. Default 500. */
  readonly status?: number;
  /** Sent with a 429 or 503. */
  readonly retryAfterSeconds?: number;
  /** Length of a `delay`. Default 1,000. */
  readonly delayMs?: number;
  /** Share of the matching calls, 0 to 1. Default 1. */
  readonly share?: number;
  /** How many matching calls pass first. Default 0. */
  readonly after?: number;
  /** How many calls go wrong at most. Default: no limit. */
  readonly times?: number;
}

/** Decides for each call whether it goes wrong. */
export interface FaultPlan {
  /** Adds a fault; the first one that applies to a call wins. */
  add(fault: Fault): void;
  clear(): void;
  next(method: string, path: string): Fault | undefined;
}

/** `random` answers numbers from 0 to 1 (exclusive); a seeded one makes a run repeatable. */
export function createFaultPlan(random: () => number): FaultPlan {
  let planned: { readonly fault: Fault; seen: number; left: number }[] = [];
  return {
    add: (fault) => planned.push({ fault, seen: 0, left: fault.times ?? Infinity }),
    clear: () => {
      planned = [];
    },
    next(method, path) {
      for (const entry of planned) {
        const { fault } = entry;
        if (entry.left <= 0 || fault.match?.test(`${method} ${path}`) === false) continue;
        entry.seen += 1;
        if (entry.seen <= (fault.after ?? 0) || random() >= (fault.share ?? 1)) continue;
        entry.left -= 1;
        return fault;
      }
      return undefined;
    },
  };
}
