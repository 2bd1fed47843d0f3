import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { benchSpec, readBenchOptions } from "#tests/load/command/bench-options";
import { CommandError, parseCommandLine } from "#tools/command/command-line";

const BUNDLES = ["bare-session", "binding-floor", "floor", "measured", "product"].flatMap((name) => [
  `--${name}`,
  "b.js",
]);
const read = (...argv: string[]) =>
  readBenchOptions(parseCommandLine(benchSpec, [...BUNDLES, ...argv]), {
    userDir: "/home/ada",
    workspaceDir: undefined,
  });

describe("readBenchOptions", () => {
  it("runs every scenario unless some are named, in their own order", () => {
    assert.ok(read().scenarios.length > 5);
    const names = read("--only", "relay", "--only", "proxy").scenarios.map(({ name }) => name);
    assert.deepEqual(names, ["proxy", "relay"]);
  });

  it("writes figures where the user is", () => {
    assert.equal(read("--json", "bench.json").jsonFile, "/home/ada/bench.json");
  });

  for (const argv of [["--only", "nonsense"], ["--seconds", "0"], ["--seconds", "soon"], ["--fast"]]) {
    it(`refuses ${argv.join(" ")} and says what to do`, () => {
      assert.throws(
        () => read(...argv),
        (error) => error instanceof CommandError && error.hints.fix !== undefined && error.hints.exitCode === 2,
      );
    });
  }
});
