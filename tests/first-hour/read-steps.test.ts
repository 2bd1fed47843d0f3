import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readSteps } from "#tests/first-hour/read-steps";

const guide = (...lines: string[]): string => lines.join("\n");

describe("readSteps", () => {
  it("reads blocks of commands, and of nothing else, in their order", () => {
    const steps = readSteps(guide("# A", "```sh", "a", "b", "```", "```json", "{}", "```", "```sh", "c", "```"));
    assert.deepEqual(
      steps.map(({ line, script }) => [line, script]),
      [
        [3, "a\nb"],
        [10, "c"],
      ],
    );
  });

  it("reads what a block does", () => {
    const [server, refused] = readSteps(
      guide(
        "<!-- background, until: ready: now -->",
        "",
        "```sh",
        "s",
        "```",
        "<!-- fails with 2, shows: no -->",
        "```sh",
        "f",
        "```",
      ),
    );
    assert.deepEqual([server?.isBackground, server?.exitCode, server?.shows], [true, 0, "ready: now"]);
    assert.deepEqual([refused?.isBackground, refused?.exitCode, refused?.shows], [false, 2, "no"]);
  });

  it("refuses what would check nothing", () => {
    assert.throws(() => readSteps("<!-- show: a -->"), /line 1: no such directive/);
    assert.throws(() => readSteps("<!-- fails with 2 -->"), /line 1: no such directive/);
    assert.throws(() => readSteps(guide("<!-- shows: a -->", "<!-- shows: b -->")), /line 1: .* no block/);
    assert.throws(() => readSteps("<!-- shows: a -->"), /last directive/);
  });
});
