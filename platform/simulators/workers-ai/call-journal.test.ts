import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CallJournal } from "./call-journal.js";

describe("CallJournal", () => {
  it("uses up plans in their order, each as often as it was told", () => {
    const journal = new CallJournal();
    journal.plan({ times: 2, behaviour: { kind: "error", status: 500 } });
    journal.plan({ behaviour: { kind: "hang" } });
    const kinds = [1, 2, 3, 4].map(() => journal.takeBehaviour({ worker: "w", model: "m", inputs: {} })?.kind);
    assert.deepEqual(kinds, ["error", "error", "hang", undefined]);
  });

  it("keeps a plan for the model and Worker it names", () => {
    const journal = new CallJournal();
    journal.plan({ model: "a", worker: "x", behaviour: { kind: "hang" } });
    assert.equal(journal.takeBehaviour({ worker: "x", model: "b", inputs: {} }), undefined);
    assert.equal(journal.takeBehaviour({ worker: "y", model: "a", inputs: {} }), undefined);
    assert.equal(journal.takeBehaviour({ worker: "x", model: "a", inputs: {} })?.kind, "hang");
  });

  it("keeps a plan for the call that was asked what it names", () => {
    const journal = new CallJournal();
    journal.plan({ asked: "say it", behaviour: { kind: "hang" } });
    const take = (content: string) =>
      journal.takeBehaviour({ worker: "w", model: "m", inputs: { messages: [{ role: "user", content }] } });
    assert.equal(take("Say nothing."), undefined);
    assert.equal(take("Now say it.")?.kind, "hang");
  });

  it("forgets everything on reset", () => {
    const journal = new CallJournal();
    journal.plan({ behaviour: { kind: "hang" } });
    journal.start({ worker: "w", model: "m", inputs: {}, options: {}, headers: {} }, 0);
    journal.reset();
    assert.equal(journal.takeBehaviour({ worker: "w", model: "m", inputs: {} }), undefined);
    assert.deepEqual(journal.calls(), []);
  });
});
