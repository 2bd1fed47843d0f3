import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { CommandError } from "#tools/command/command-line";
import { KINDS } from "./kinds/all-kinds.js";
import { runNew } from "./run-new.js";
import { SMALL_PLATFORM } from "./testing/small-platform.js";

/** What nobody may ask for, by kind. */
const BAD: Readonly<Record<string, readonly (readonly string[])[]>> = {
  tenant: [
    [],
    ["shared"],
    ["Initech"],
    ["../initech"],
    ["initech/../acme"],
    ["__proto__"],
    ["acme"],
    ["initech", "--host", "https://x.example"],
    ["initech", "--host", "test=x.example"],
    ["initech", "--account", "mine"],
    ["initech", "--origin", "https://x.example/y"],
    ["initech", "--tool", "sumarize"],
    ["initech", "--hots", "x.example"],
    ["initech", "hooli"],
  ],
  env: [["acme"], ["hooli", "staging"], ["../acme", "staging"], ["acme", "test"], ["acme", "staging", "--host", "a b"]],
  worker: [
    [],
    ["Desk"],
    ["../desk"],
    ["desk/x"],
    ["chat"],
    ["pool"],
    ["desk", "--tenant", "hooli"],
    ["desk", "--tenant", "../acme"],
  ],
  "rag-module": [[], ["hooli"], ["../acme"], ["acme", "--force"]],
  tool: [[], ["kv_get"], ["CountWords"], ["../tool"], ["_x"], ["a__b"], ["zip", "--scope", "root"]],
  binding: [
    ["acme", "r2"],
    ["hooli", "r2", "UPLOADS"],
    ["acme", "ftp", "UPLOADS"],
    ["acme", "ai", "OTHER"],
    ["acme", "r2", "uploads"],
    ["acme", "r2", "../UPLOADS"],
    ["acme", "kv", "KV"],
    ["acme", "do", "COUNTERS", "--class", "../x"],
  ],
  init: [
    [],
    [""],
    ["."],
    ["inside"],
    ["tenants/acme"],
    [".."],
    ["/"],
    ["tenants/acme/BUILD.bazel"],
    ["../new-bad-x/\0"],
    ["/proc/nothing/x"],
    ["a", "b"],
    ["../new-bad-x", "--tenant", "../x"],
    ["../new-bad-x", "--tenant", "shared"],
    ["../new-bad-x", "--account", "mine"],
    ["../new-bad-x", "--force"],
  ],
  "tts-provider": [[], ["none"], ["Big"], ["../big"], ["big", "--model", "a b"]],
};

describe("bad input", () => {
  const root = mkdtempSync(path.join(os.tmpdir(), "new-bad-"));
  before(() => {
    for (const [file, text] of SMALL_PLATFORM) {
      mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const dump = (): readonly string[] =>
    readdirSync(root, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .toSorted()
      .map((file) => `${file}\n${readFileSync(file, "utf8")}`);

  it("is tried for every kind", () => {
    assert.deepEqual(Object.keys(BAD).toSorted(), KINDS.map(({ name }) => name).toSorted());
  });

  for (const [kind, requests] of Object.entries(BAD)) {
    for (const request of requests) {
      it(`${kind} ${request.join(" ")}: one sentence, exit code 2, nothing written`, async () => {
        const files = dump();
        await assert.rejects(
          runNew([kind, ...request], { root, person: undefined, say: () => undefined }),
          (error) =>
            error instanceof CommandError &&
            error.hints.exitCode === 2 &&
            error.message.length > 10 &&
            !error.message.includes("\n"),
        );
        assert.deepEqual(dump(), files);
      });
    }
  }
});
