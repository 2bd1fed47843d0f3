import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import { CommandError } from "#tools/command/command-line";
import { KINDS } from "./kinds/all-kinds.js";
import { runNew } from "./run-new.js";
import type { Person } from "./terminal/ask.js";

const ACCOUNT = "0123456789abcdef0123456789abcdef";

/** A person who gives these answers, in order, and remembers what was asked. */
function personSaying(answers: readonly string[]): Person & { readonly asked: string[] } {
  const left = [...answers];
  const asked: string[] = [];
  return {
    asked,
    ask(question, suggestion) {
      asked.push(question);
      const answer = left.shift() ?? assert.fail(`nobody expects: ${question}`);
      return Promise.resolve(answer === "" ? (suggestion ?? "") : answer);
    },
  };
}

describe("//tools:new", () => {
  let root = "";
  let said: string[] = [];
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), "new-"));
    said = [];
    mkdirSync(path.join(root, "tenants/acme"), { recursive: true });
    const acme = { tenantId: "acme", displayName: "Acme", accountId: ACCOUNT };
    writeFileSync(path.join(root, "tenants/acme/tenant.config.json"), JSON.stringify(acme));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const run = (argv: readonly string[], person?: Person) =>
    runNew(argv, { root, person, say: (text) => void said.push(text) });
  const files = () => readdirSync(path.join(root, "tenants"), { recursive: true }).map(String).toSorted();
  const config = () => path.join(root, "tenants/initech/tenant.config.json");

  it("writes with flags, says what and how to go on, and does nothing the second time", async () => {
    assert.equal(await run(["tenant", "initech"]), 0);
    assert.match(said.join("\n"), /\+ tenants\/initech\/BUILD\.bazel[^]*Next:\n.*\/\/tenants\/initech:dev/);
    const before = files();
    assert.equal(await run(["tenant", "initech"]), 0);
    assert.match(said.at(-1) ?? "", /^nothing to do/);
    assert.deepEqual(files(), before);
  });

  it("shows a patch and writes nothing with --dry-run", async () => {
    const before = files();
    await run(["tenant", "initech", "--dry-run"]);
    assert.match(
      said.join("\n"),
      /\+\+\+ b\/tenants\/initech\/BUILD\.bazel[^]*\+tenant\(name = "initech"\)[^]*nothing was written/,
    );
    assert.deepEqual(files(), before);
  });

  it("keeps what a person has changed, and refuses to make another text of it", async () => {
    await run(["tenant", "initech"]);
    const mine = readFileSync(config(), "utf8").replace("{", "{\n  // Mine.");
    writeFileSync(config(), mine);
    await run(["tenant", "initech"]);
    assert.match(said.at(-1) ?? "", /tenant\.config\.json \(changed by hand: stays as it is\)/);
    await assert.rejects(run(["tenant", "initech", "--host", "x.example"]), /changed by hand/);
    assert.equal(readFileSync(config(), "utf8"), mine);
  });

  it("answers programs in JSON", async () => {
    await run(["tenant", "initech", "--json"], personSaying([]));
    const answer = JSON.parse(said.join("\n")) as {
      written: boolean;
      changes: { path: string; act: string; patch: string }[];
    };
    assert.equal(answer.written, true);
    assert.deepEqual(answer.changes[0]?.act, "create");
    assert.match(answer.changes[0].patch, /^diff --git/);
  });

  it("asks a person for what is missing, shows the patch, and writes after a yes", async () => {
    const person = personSaying(["initech", "", "", "ai.initech.example", ""]);
    await run(["tenant"], person);
    assert.match(
      person.asked.join("\n"),
      /^Id of the tenant.*\nName for people\nCloudflare account id\nHost names.*\nWrite it\?/,
    );
    assert.match(said[0] ?? "", /^diff --git/);
    assert.match(readFileSync(config(), "utf8"), /"displayName": "Initech"[^]*ai\.initech\.example/);
  });

  it("writes nothing after a no", async () => {
    const before = files();
    await run(["tenant", "initech"], personSaying(["", "", "", "n"]));
    assert.deepEqual(files(), before);
  });

  for (const argv of [
    ["tenent", "initech"],
    ["tenant"],
    ["tenant", "initech", "globex"],
    ["tenant", "initech", "--hots", "x.example"],
    ["tenant", "../../x"],
    ["--dry-run"],
    ["constructor"],
  ]) {
    it(`refuses "${argv.join(" ")}" in one sentence, with exit code 2, and writes nothing`, async () => {
      const before = files();
      await assert.rejects(
        run(argv),
        (error) => error instanceof CommandError && error.hints.exitCode === 2 && !error.message.includes("\n"),
      );
      assert.deepEqual(files(), before);
    });
  }

  it("explains every kind, with an example", async () => {
    await run(["--help"]);
    for (const { name } of KINDS) {
      assert.ok(said[0]?.includes(`\n  ${name} `), name);
      await run([name, "--help"]);
      assert.match(said.at(-1) ?? "", new RegExp(`Examples:\\n {2}tools/bazel run //tools:new -- ${name} `));
    }
    assert.equal(await run([]), 2);
  });
});
