import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { startSettings, type TestSettings } from "#settings/testing/start-settings";

/** What is promised. */
const BOUND_MS = 60_000;

/** The time between two requests of an isolate: from always busy to nearly idle, and gaps that fit the inner times badly. */
const REQUEST_EVERY_MS = [3_000, 7_000, 14_999, 15_000, 20_000, 29_999, 30_000, 31_000, 59_000, 600_000];
/** When something is changed after a request that has seen the old state. */
const CHANGE_AFTER_MS = [0, 1, 14_000, 29_999, 30_001];

describe("a change in KV, in workerd behind an edge cache", () => {
  let settings: TestSettings;
  before(async () => {
    settings = await startSettings();
  });
  beforeEach(() => settings.reset());
  after(() => settings.dispose());

  for (const everyMs of REQUEST_EVERY_MS) {
    it(`is seen by every request later than a minute, with one every ${everyMs / 1_000} s`, async () => {
      for (const [round, changeAfterMs] of CHANGE_AFTER_MS.entries()) {
        await settings.current("acme");
        await settings.advance(changeAfterMs);
        const wanted = `Round ${everyMs} ${round}.`;
        await settings.set("acme", { searchAnswers: round % 2 === 1 });
        await settings.activate("acme", wanted);
        for (let ageMs = 0; ageMs <= 2 * BOUND_MS; ageMs += everyMs) {
          const { prompt, flags } = await settings.current("acme");
          if (ageMs >= BOUND_MS) {
            assert.equal(prompt.text, wanted, `the prompt, ${ageMs} ms after the change`);
            assert.equal(flags["searchAnswers"], round % 2 === 1, `the flag, ${ageMs} ms after the change`);
          }
          await settings.advance(everyMs);
        }
      }
    });
  }

  it("is seen after a minute also when edge and isolate have both read just before they had to", async () => {
    await settings.current("acme");
    await settings.advance(1);
    await settings.set("acme", { searchAnswers: false });
    await settings.advance(29_998);
    await settings.current("acme");
    await settings.advance(BOUND_MS - 29_998);
    assert.equal((await settings.current("acme")).flags["searchAnswers"], false);
  });

  it("is seen at once by an isolate that has just begun", async () => {
    await settings.activate("acme", "New.");
    await settings.set("acme", { ingestion: false, model: "x/small" });
    const { prompt, flags, models, overrides } = await settings.current("acme");
    assert.equal(prompt.text, "New.");
    assert.equal(flags["ingestion"], false);
    assert.equal(models.chat, "x/small");
    assert.deepEqual(overrides, ["ingestion=false", "model=x/small", `prompt:system=${prompt.version}`]);
  });

  it("costs a busy isolate one read in 15 seconds, and a version's text once", async () => {
    await settings.activate("acme", "New.");
    for (let second = 0; second < 60; second++) {
      await Promise.all(Array.from({ length: 5 }, () => settings.current("acme")));
      await settings.advance(1_000);
    }
    const { reads } = await settings.send({ op: "journal" });
    assert.deepEqual(
      reads.map((keys) => keys.length),
      [2, 1, 2, 2, 2],
    );
  });
});
