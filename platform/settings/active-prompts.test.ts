import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { activate, type Activation, MAX_EARLIER, NEVER_ACTIVATED, rollback } from "#settings/active-prompts";

const digest = (n: number): string => n.toString(16).padStart(64, "0");

describe("the active version of a prompt", () => {
  it("is switched, and the one before can be had back", () => {
    const first = activate(NEVER_ACTIVATED, digest(1));
    assert.deepEqual(first, { active: digest(1), earlier: [null] });
    const second = activate(first, digest(2));
    assert.deepEqual(rollback(second), first);
    assert.deepEqual(rollback(first), NEVER_ACTIVATED);
  });

  it("has nothing to go back to when nothing was ever activated", () => {
    assert.equal(rollback(NEVER_ACTIVATED), undefined);
  });

  it("can be the bundle's again, and that can be rolled back as well", () => {
    const baked = activate(activate(NEVER_ACTIVATED, digest(1)), null);
    assert.equal(baked.active, null);
    assert.equal(rollback(baked)?.active, digest(1));
  });

  it("keeps its past when it is activated once more", () => {
    const once = activate(NEVER_ACTIVATED, digest(1));
    assert.deepEqual(activate(once, digest(1)), once);
  });

  it("goes back through everything that was active, as far as it is kept", () => {
    const steps = fc.array(fc.option(fc.nat(9).map(digest)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (activated) => {
        const past: Activation[] = [NEVER_ACTIVATED];
        for (const step of activated) {
          const next = activate(past[0] ?? NEVER_ACTIVATED, step);
          if (next.active !== past[0]?.active) past.unshift(next);
        }
        const expected = past.slice(1, 1 + MAX_EARLIER).map(({ active }) => active);
        const seen: (string | null)[] = [];
        for (let at = past[0] && rollback(past[0]); at !== undefined; at = rollback(at)) seen.push(at.active);
        assert.deepEqual(seen, expected);
      }),
    );
  });
});
