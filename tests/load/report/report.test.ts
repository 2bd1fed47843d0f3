import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Outcome } from "#tests/load/measure/open-loop";
import { judgeRun } from "#tests/load/profiles/open-loop-profile";
import { htmlReport } from "#tests/load/report/html-report";
import { plotSvg } from "#tests/load/report/line-plot";
import { type LoadReport, missedTargets } from "#tests/load/report/load-report";

const OUTCOMES: readonly Outcome[] = Array.from({ length: 200 }, (_, index) => ({
  ...{ kind: index % 2 === 0 ? "chat" : "search", stage: "steady", dueMs: index * 10, sentMs: index * 10 },
  endMs: index * 10 + 20 + index,
  ...(index === 7 ? { failure: "503 <model_unavailable>" } : {}),
}));
const share = (outcomes: readonly Outcome[]): number =>
  outcomes.filter(({ failure }) => failure !== undefined).length / outcomes.length;

const reportOf = (atMost: number): LoadReport => ({
  ...{ profile: "smoke", about: "it works", target: "here", startedAt: "2026-11-21", machine: "this", seed: 1 },
  ...judgeRun({ thresholds: [{ what: "failed", unit: "%", atMost, value: share }] }, OUTCOMES),
});

describe("a report of a run", () => {
  it("names the thresholds that are missed, and no other", () => {
    assert.deepEqual(missedTargets(reportOf(0.01)), []);
    assert.deepEqual(
      missedTargets(reportOf(0.004)).map(({ what, value }) => [what, value]),
      [["failed", 0.005]],
    );
  });

  it("fails when the sender was late, and when nothing was measured", () => {
    const late = OUTCOMES.map((outcome) => ({ ...outcome, sentMs: outcome.dueMs + 300 }));
    for (const outcomes of [late, []]) {
      const missed = missedTargets(judgeRun({ thresholds: [] }, outcomes));
      assert.deepEqual(
        missed.map(({ what }) => what),
        ["sent late by this program, p99"],
      );
    }
  });

  it("is one page that needs nothing else, and holds no markup but its own", () => {
    const html = htmlReport(reportOf(0.004));
    assert.equal(html.match(/<svg /g)?.length, 3);
    assert.match(html, /<li class="missed"><strong>missed<\/strong> failed/);
    assert.ok(!html.includes("<model_unavailable>"));
    assert.doesNotMatch(html, /<script|https?:|@import|url\(/);
  });

  it("draws each value at its place, with gaps where there is none", () => {
    const svg = plotSvg({
      ...{ title: "t", xLabel: "s", yLabel: "ms" },
      lines: [
        {
          name: "p50",
          points: [
            [0, 0],
            [5, 50],
            [6, Number.NaN],
            [10, 100],
          ],
        },
      ],
    });
    // 64 to 708 across, 218 up to 12.
    assert.match(svg, /d="M64\.0 218\.0L386\.0 115\.0M708\.0 12\.0"/);
    assert.doesNotMatch(svg, /NaN|Infinity/);
  });
});
