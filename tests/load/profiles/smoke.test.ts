import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";

import { openLoopProfile } from "#tests/load/profiles/open-loop-profile";
import { streamingSessions } from "#tests/load/profiles/streaming-sessions";
import { withSubject } from "#tests/load/profiles/with-subject";
import type { ProfileRun, Subject } from "#tests/load/profiles/profile";
import { missedTargets } from "#tests/load/report/load-report";
import type { Outcome } from "#tests/load/measure/open-loop";

const failed = (outcomes: readonly Outcome[]): number => outcomes.filter(({ failure }) => failure !== undefined).length;

/** Every kind of request, and no promise of speed: this machine may be busy. */
const profile = openLoopProfile({
  name: "all",
  about: "every kind of request",
  stages: [{ name: "steady", seconds: 6, fromPerSecond: 8, toPerSecond: 8 }],
  mix: { chat: 1, turn: 1, search: 1, completion: 1 },
  thresholds: [
    { what: "failed", unit: "", atMost: 0, value: failed },
    { what: "faster than can be", unit: "ms", atMost: 0, value: (outcomes) => outcomes[0]?.endMs ?? 0 },
  ],
});

describe("load profiles against the production bundle", () => {
  const runWith = (subject: Subject, rateFactor = 1): ProfileRun => ({
    ...{ subject, rateFactor, timeFactor: 1, seed: 1, progress: () => undefined },
  });
  const productBundle = path.resolve(process.env["WORKER_BUNDLE"] ?? "");

  it("send every kind of request, all of which are answered well, and judge what came", async () => {
    await withSubject({ remote: undefined, productBundle }, async (subject) => {
      const outcome = await profile.run(runWith(subject));
      const missed = missedTargets(outcome).map(({ what }) => what);
      assert.ok(!missed.includes("failed"), JSON.stringify(outcome.results.at(-1)));
      assert.ok(missed.includes("faster than can be"));
      const kinds = outcome.results[0]?.rows.map(({ subject: kind }) => kind);
      assert.deepEqual(kinds?.toSorted(), ["all", "chat", "completion", "search", "turn"]);

      const sessions = await streamingSessions.run(runWith(subject, 0.3));
      assert.deepEqual(missedTargets(sessions), []);
      // A client that reads another session's history finds that all of them are wrong.
      const { client } = subject;
      const confused = Object.assign(Object.create(client) as typeof client, {
        turn: (message: string, sessionId?: string) => client.turn(message, sessionId),
        history: () => Promise.resolve([{ role: "user", content: "something else" }]),
      });
      const wrong = missedTargets(await streamingSessions.run(runWith({ client: confused }, 0.02)));
      assert.deepEqual(
        wrong.map(({ value }) => value),
        [2],
      );
    });
  });
});
