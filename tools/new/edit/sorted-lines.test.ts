import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { addLine, removeLine } from "./sorted-lines.js";

const TEXT = [
  'import { b } from "#x/b";',
  'import { d } from "#x/d";',
  'import { z } from "#y/z";',
  "",
  "const LIST = [",
  "  b,",
  "  d,",
  "];",
  "",
].join("\n");
const imports = (name: string) => ({ like: '^import .* from "#x/', line: `import { ${name} } from "#x/${name}";` });
const entry = (name: string) => ({ after: "const LIST", like: "^ {2}\\w+,$", line: `  ${name},` });

describe("addLine", () => {
  for (const [name, before] of [
    ["a", "b"],
    ["c", "d"],
  ] as const) {
    it(`puts ${name} before ${before}`, () => {
      const result = addLine(TEXT, entry(name));
      assert.ok(result.ok && result.text.includes(`  ${name},\n  ${before},\n`));
    });
  }

  it("puts the last one below those that look alike, not below others", () => {
    const result = addLine(TEXT, imports("e"));
    assert.ok(result.ok && result.text.includes('"#x/d";\nimport { e } from "#x/e";\nimport { z }'));
  });

  it("does nothing twice, and removeLine undoes it", () => {
    const once = addLine(TEXT, entry("c"));
    assert.ok(once.ok);
    assert.deepEqual(addLine(once.text, entry("c")), once);
    assert.deepEqual(removeLine(once.text, entry("c")), { ok: true, text: TEXT });
    assert.deepEqual(removeLine(TEXT, entry("c")), { ok: true, text: TEXT });
  });

  it("says that the place is not there", () => {
    assert.deepEqual(addLine("nothing\n", entry("c")), { ok: false, why: "no line there looks like c," });
  });
});
