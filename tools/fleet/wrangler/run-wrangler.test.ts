import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { CommandError } from "#tools/command/command-line";
import { findWrangler, wranglerEnv } from "./run-wrangler.js";

describe("findWrangler", () => {
  it("finds the package that the build brings along", () => {
    assert.ok(existsSync(findWrangler()));
  });

  it("says what to do where it is missing", () => {
    const elsewhere = pathToFileURL(path.join(tmpdir(), "nowhere", "program.js")).href;
    assert.throws(
      () => findWrangler(elsewhere),
      (error) => error instanceof CommandError && error.hints.fix?.includes("tools/bazel run") === true,
    );
  });
});

describe("wranglerEnv", () => {
  it("hands over the credential of the account and no other variable of the caller", () => {
    const env = { PATH: "/bin", CLOUDFLARE_API_TOKEN_GLOBEX: "not for you", AWS_SECRET_ACCESS_KEY: "nor this" };
    const given = wranglerEnv(
      { apiUrl: "http://127.0.0.1:1", token: "own", accountId: "a", timeoutMs: 1, pauseMs: 1, env },
      "/home/of/this/run",
    );
    assert.equal(given["CLOUDFLARE_API_TOKEN"], "own");
    assert.equal(given["HOME"], "/home/of/this/run");
    assert.ok(!JSON.stringify(given).includes("not for you") && !JSON.stringify(given).includes("nor this"));
  });
});
