import assert from "node:assert/strict";

/** Asks until the answer fits, at most half a minute: for what happens behind an answer. */
export async function eventually<Value>(
  ask: () => Promise<Value>,
  fits: (value: Value) => boolean = Boolean,
): Promise<Value> {
  for (const deadlineMs = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 25))) {
    const value = await ask();
    if (fits(value)) return value;
    assert.ok(Date.now() < deadlineMs, `still ${JSON.stringify(value)}`);
  }
}
