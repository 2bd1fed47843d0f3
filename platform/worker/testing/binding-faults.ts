/** Where a test tells the test Worker which call of a binding is to go wrong: a POST with a `BindingFault`, or with null. */
export const FAULT_PATH = "/testing/fault";

/** What stands in a fault and must not be told to a caller. */
export const FAULT_TEXT = "secret detail of a binding";

/** How long a slow call takes besides its own time, in milliseconds. */
const SLOW_MS = 700;

/**
 * `throws`: nothing is done. `loses`: it is done, and the answer is lost. `slow`: it is done, late. `garbage`: it is done, and
 * something else is answered. `hangs`: nothing is done, and nothing ever answered.
 */
export type FaultKind = "throws" | "loses" | "slow" | "garbage" | "hangs";

/** Which call goes wrong, counted from 1 from when the fault was set, and how. */
export interface BindingFault {
  readonly at: number;
  readonly kind: FaultKind;
}

let fault: BindingFault | undefined;
let made = 0;
let running = { calls: 0 };

/**
 * How many calls are under way since the fault was set. One that hangs is not: nothing comes of it. One whose request was over
 * before it seems to be for ever: what comes of it is nobody's.
 */
export function runningCalls(): number {
  return running.calls;
}

/** Sets the one fault to come, in place of any before; none with `undefined`. */
export function setFault(next: BindingFault | undefined): void {
  fault = next;
  made = 0;
  running = { calls: 0 };
}

/** Whether nobody should have to wait as long as a model may take. */
export function isHanging(): boolean {
  return fault?.kind === "hangs";
}

/** Makes a call of a binding, unless it is the one that goes wrong. */
export function callOrFail<Result>(call: () => Result): Result {
  made++;
  const kind = made === fault?.at ? fault.kind : undefined;
  // What bindings answer is awaited, so a promise does in place of anything.
  const result = kind === undefined ? call() : (goWrong(kind, call) as Result);
  if (kind !== "hangs") void untilEnd(result);
  return result;
}

async function untilEnd(result: unknown): Promise<void> {
  const since = running;
  since.calls++;
  try {
    await result;
  } catch {
    // It is told to whoever made the call.
  } finally {
    since.calls--;
  }
}

async function goWrong(kind: FaultKind, call: () => unknown): Promise<unknown> {
  if (kind === "hangs") return new Promise<never>(() => undefined);
  if (kind === "throws") throw new Error(FAULT_TEXT);
  if (kind === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  const answer = await call();
  if (kind === "loses") throw new Error(FAULT_TEXT);
  return kind === "garbage" ? { garbage: FAULT_TEXT, results: [{ garbage: FAULT_TEXT }], matches: "none" } : answer;
}
