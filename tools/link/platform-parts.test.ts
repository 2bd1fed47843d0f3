import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { Linter } from "eslint";

import type { LinkIndex } from "#tools/link/link-entry";

const PARTS = "tools/link/platform";
/** Globals that node does not have: those of the Workers runtime, and one that jose asks for with `typeof`. */
const NOT_IN_NODE = ["addEventListener", "EdgeRuntime", "FixedLengthStream", "scheduler"];

/** The names that a module declares, and those that it uses without. */
function namesOf(code: string): { readonly declared: readonly string[]; readonly free: readonly string[] } {
  const linter = new Linter();
  const messages = linter.verify(code, {
    languageOptions: { ecmaVersion: 2025, sourceType: "module" },
    rules: { "no-undef": "error" },
  });
  const free = new Set(messages.map(({ message }) => /^'([^']+)' is not defined/.exec(message)?.[1] ?? message));
  const [module] = linter.getSourceCode().scopeManager.globalScope?.childScopes ?? [];
  return { declared: module?.variables.map(({ name }) => name) ?? [], free: [...free] };
}

describe("the parts of the platform", () => {
  it("use no name of a part that may be left out where they are needed", () => {
    const { parts } = JSON.parse(readFileSync(`${PARTS}.json`, "utf8")) as LinkIndex;
    const lines = readFileSync(`${PARTS}.js`, "utf8").split("\n");
    const [base = ""] = parts[0]?.owners ?? [];
    let next = 0;
    const read = parts.map(({ owners, lines: count }) => {
      const code = lines.slice(next, next + count).join("\n");
      next += count;
      return { owners, ...namesOf(code) };
    });
    assert.equal(next, lines.length);

    const declarations = read.flatMap(({ owners, declared }) => declared.map((name) => ({ name, owners })));
    const declared = Map.groupBy(declarations, ({ name }) => name);
    const uses = read.flatMap(({ owners, free }) => free.map((name) => ({ name, owners })));
    const lost = uses.filter(({ name }) => !declared.has(name) && !(name in globalThis) && !NOT_IN_NODE.includes(name));
    assert.deepEqual(lost, [], "declared nowhere");
    const crossing = uses.filter(({ name }) => declared.has(name));
    assert.ok(crossing.length > 20, `only ${crossing.length} names are used across parts`);
    const broken = crossing.filter(
      ({ name, owners }) => declared.get(name)?.some((there) => isThere(there.owners, owners, base)) !== true,
    );
    assert.deepEqual(broken, []);
  });
});

/** Whether a part is in every Worker that has another one. */
function isThere(part: readonly string[], other: readonly string[], base: string): boolean {
  return part.includes(base) || other.every((owner) => part.includes(owner));
}
