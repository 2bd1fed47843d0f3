import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readRunOptions, runSpec } from "#tests/load/command/run-options";
import { CommandError, parseCommandLine } from "#tools/command/command-line";

const read = (...argv: string[]) =>
  readRunOptions(
    parseCommandLine(runSpec, ["--product", "/p.js", ...argv]),
    { userDir: "/ada", workspaceDir: "/repo" },
    { LOAD_KEY: "ak_of_env" },
  );

describe("readRunOptions", () => {
  it("starts the product itself unless it is told an address, and writes beside other data", () => {
    const options = read("--profile", "smoke");
    assert.equal(options.remote, undefined);
    assert.equal(options.outFolder, "/repo/.data/load");
    assert.deepEqual(options.profile.size(options), { requests: 75, seconds: 10 });
  });

  it("takes the key from the command line, else from the environment", () => {
    const local = ["--profile", "day", "--url", "http://localhost:8787/"];
    assert.deepEqual(read(...local).remote, { url: "http://localhost:8787", key: "ak_of_env" });
    assert.equal(read(...local, "--key", "ak_mine").remote?.key, "ak_mine");
  });

  it("loads nobody's server unasked: it says how much it would send, and wants --yes", () => {
    const deployed = ["--profile", "spike", "--url", "https://acme.example", "--rate", "2"];
    assert.throws(() => read(...deployed), /this would send about \d{4} requests to acme\.example in 47 s/);
    assert.equal(read(...deployed, "--yes").remote?.url, "https://acme.example");
  });

  for (const argv of [
    [],
    ["--profile", "x"],
    ["--profile", "day", "--rate", "0"],
    ["--profile", "day", "--url", "acme"],
  ])
    it(`refuses "${argv.join(" ")}" and says what to do`, () => {
      assert.throws(
        () => read(...argv),
        (error) => error instanceof CommandError && error.hints.fix !== undefined && error.hints.exitCode === 2,
      );
    });
});
