import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CommandError } from "#tools/command/command-line";
import { memoryTree } from "../../plan/tree.js";
import { carryOut, changedFiles, type Files } from "../../testing/carry-out.js";
import { SMALL_CHECKOUT } from "../../testing/small-checkout.js";
import type { Given } from "../kind.js";
import { toolKind } from "./tool.js";

const HOME = "platform/llm-tools";

/** The places that know every tool; a run in a copy of the repository shows that they are still there. */
const checkout: Files = SMALL_CHECKOUT;
const given = (name: string, options: Given["options"] = {}): Given => ({ arguments: { NAME: name }, options });

/** Lines that are new in a file. */
async function addedLines(file: string, name: string): Promise<readonly string[]> {
  const after = await carryOut(checkout, toolKind, given(name));
  const before = new Set((checkout.get(`${HOME}/${file}`) ?? "").split("\n"));
  return (after.get(`${HOME}/${file}`) ?? "").split("\n").filter((line) => !before.has(line));
}

describe("new tool", () => {
  it("adds a line in each place that knows every tool, and nothing else there", async () => {
    assert.deepEqual(await addedLines("builtin/all-tools.ts", "count_words"), [
      'import { countWords } from "#llm-tools/builtin/count-words";',
      "  countWords,",
    ]);
    assert.deepEqual(await addedLines("BUILD.bazel", "count_words"), [
      '        "builtin/count-words.ts",',
      '        "builtin/count-words.test.ts",',
    ]);
    assert.deepEqual(await addedLines("hostile-arguments.test.ts", "zip"), ['  zip: { text: "A lamp is a lamp." },']);
  });

  it("writes what was asked for into the tool", async () => {
    const options = { writes: true, scope: ["ingest"], "stored-text": true, description: 'Says "hi".' };
    const after = await carryOut(checkout, toolKind, given("close_ticket", options));
    const text = after.get(`${HOME}/builtin/close-ticket.ts`) ?? "";
    for (const part of [
      'effect: "writes"',
      'scopes: ["ingest"]',
      "returnsStoredText: true",
      `description: 'Says "hi".'`,
    ]) {
      assert.ok(text.includes(part), text);
    }
    assert.match(text, /export const closeTicket = defineTool/);
  });

  it("changes nothing the second time", async () => {
    const once = await carryOut(checkout, toolKind, given("count_words"));
    assert.deepEqual(changedFiles(once, await carryOut(once, toolKind, given("count_words"))), {});
  });

  for (const [name, options, message] of [
    ["kv_get", {}, /platform\/llm-tools\/builtin\/kv-get\.ts|"kv_get"/],
    ["CountWords", {}, /no tool's name/],
    ["../x", {}, /no tool's name/],
    ["count__words", {}, /no tool's name/],
    ["count_words", { scope: ["root"] }, /no scope "root"/],
  ] as const) {
    it(`refuses ${name} ${JSON.stringify(options)}`, async () => {
      await assert.rejects(carryOut(checkout, toolKind, given(name, options)), (error) => {
        assert.ok(error instanceof CommandError || error instanceof assert.AssertionError);
        return message.test(error.message);
      });
    });
  }

  it("says so in a checkout that has no tools", () => {
    assert.equal(toolKind.plan(given("count_words"), memoryTree(new Map())).edits.length, 3);
  });
});
