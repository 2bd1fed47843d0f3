import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { moduleSpecifiers } from "#tools/quality/module-specifiers";

describe("the modules that a file names", () => {
  it("are found in every form of import", () => {
    const text = `
      import a from "a"; import type { B } from "b"; import "c"; export { d } from "d"; export * from "e";
      const f = await import("f"); type G = import("g").G; import h = require("h");`;
    assert.deepEqual(moduleSpecifiers("x.ts", text), ["a", "b", "c", "d", "e", "f", "g", "h"]);
  });

  it("are not searched in strings, comments and regular expressions", () => {
    const text = `const s = 'import "a"'; // import "b"\nconst r = /'import "c"/; const t = \`import "d"\`;`;
    assert.deepEqual(moduleSpecifiers("x.ts", text), []);
  });
});
