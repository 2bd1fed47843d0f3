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

/** Sets the one fault to come, in place of any before; none with `undefined`. */
export function setFault(next: BindingFault | undefined): void {
  fault = next;
  made = 0;
}

/** Whether nobody should have to wait as long as a model may take. */
export function isHanging(): boolean {
  return fault?.kind === "hangs";
}

/** Makes a call of a binding, unless it is the one that goes wrong. */
export function callOrFail<Result>(call: () => Result): Result {
  made++;
  if (made !== fault?.at) return call();
  // What bindings answer is awaited, so a promise does in place of anything.
  return goWrong(fault.kind, call) as Result;
}

async function goWrong(kind: FaultKind, call: () => unknown): Promise<unknown> {
  if (kind === "hangs") return new Promise<never>(() => undefined);
  if (kind === "throws") throw new Error(FAULT_TEXT);
  if (kind === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  const answer = await call();
  if (kind === "loses") throw new Error(FAULT_TEXT);
  return kind === "garbage" ? { garbage: FAULT_TEXT, results: [{ garbage: FAULT_TEXT }], matches: "none" } : answer;
}
