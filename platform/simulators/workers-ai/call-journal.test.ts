import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CallJournal } from "./call-journal.js";

describe("CallJournal", () => {
  it("uses up plans in their order, each as often as it was told", () => {
    const journal = new CallJournal();
    journal.plan({ times: 2, behaviour: { kind: "error", status: 500 } });
    journal.plan({ behaviour: { kind: "hang" } });
    const kinds = [1, 2, 3, 4].map(() => journal.takeBehaviour("w", "m")?.kind);
    assert.deepEqual(kinds, ["error", "error", "hang", undefined]);
  });

  it("keeps a plan for the model and Worker it names", () => {
    const journal = new CallJournal();
    journal.plan({ model: "a", worker: "x", behaviour: { kind: "hang" } });
    assert.equal(journal.takeBehaviour("x", "b"), undefined);
    assert.equal(journal.takeBehaviour("y", "a"), undefined);
    assert.equal(journal.takeBehaviour("x", "a")?.kind, "hang");
  });

  it("forgets everything on reset", () => {
    const journal = new CallJournal();
    journal.plan({ behaviour: { kind: "hang" } });
    journal.start({ worker: "w", model: "m", inputs: {}, options: {}, headers: {} }, 0);
    journal.reset();
    assert.equal(journal.takeBehaviour("w", "m"), undefined);
    assert.deepEqual(journal.calls(), []);
  });
});
