import assert from "node:assert/strict";
import { describe, it } from "node:test";

import remapping, { type DecodedSourceMap } from "@jridgewell/remapping";

import { bareVariables } from "#tools/link/bare-variables";
import { cutParts } from "#tools/link/cut-parts";
import { readExports, readImports } from "#tools/link/entry-imports";
import { linkEntry } from "#tools/link/link-entry";
import { markParts } from "#tools/link/mark-parts";
import { joinMapPieces, toMapPiece } from "#tools/link/source-map-pieces";

const from = (...paths: string[]) => ({ imports: paths.map((path) => ({ path, original: `#${path}` })) });
const graph = {
  inputs: {
    "entry.js": from("core.js", "a.js", "b.js"),
    "core.js": { imports: [...from("base.js").imports, { path: "cloudflare:workers", external: true }] },
    "a.js": from("base.js", "both.js"),
    "b.js": from("both.js"),
    "base.js": from(),
    "both.js": from(),
  },
  outputs: { "out.js.map": {}, "out.js": { entryPoint: "entry.js" } },
};

describe("markParts", () => {
  it("marks where other imports of the entry point begin to need the files, and moves no line", () => {
    const files = ["base.js", "core.js", "both.js", "a.js", "b.js"];
    const code = files.map((file) => `// ${file}\nvar ${file[0]};`).join("\n");
    const marked = markParts(code, graph);
    assert.deepEqual(marked.owners, [["#core.js"], ["#a.js", "#b.js"], ["#a.js"], ["#b.js"]]);
    assert.deepEqual(
      marked.code.split("\n").filter((_, line) => line % 2 === 0),
      ['import "part:0";', "", 'import "part:1";', 'import "part:2";', 'import "part:3";'],
    );
  });

  it("takes no other comment for a file", () => {
    assert.equal(markParts("// @__PURE__\n  // a.js\n", graph).code, "// @__PURE__\n  // a.js\n");
  });
});

describe("cutParts", () => {
  const mappings = [
    [
      [0, 0, 0, 0],
      [25, 0, 5, 0],
      [28, 0, 6, 0],
    ],
    [[2, 0, 7, 0]],
  ] as DecodedSourceMap["mappings"];
  const code = 'var h;import"part:0";var  a=`\n`,b;import"part:1";f();export{a as x,b};\n';

  it("cuts code and source map at the marks", () => {
    const { head, parts, exports } = cutParts(code, mappings, 2);
    assert.equal(head.code, "var h;");
    assert.deepEqual(
      parts.map((part) => part.code),
      ["var  a=`\n`,b;", "f();"],
    );
    assert.deepEqual(parts[0]?.mappings, [
      [
        [4, 0, 5, 0],
        [7, 0, 6, 0],
      ],
      [[2, 0, 7, 0]],
    ]);
    assert.deepEqual(
      [...exports],
      [
        ["x", "a"],
        ["b", "b"],
      ],
    );
  });

  it("refuses what a minifier has put into another order, dropped, or added to", () => {
    assert.throws(() => cutParts(code, mappings, 3), /changed the order of the 3 parts/);
    assert.throws(() => cutParts('import"part:1";import"part:0";export{};', [[]], 2), /changed the order/);
    assert.throws(() => cutParts('import"part:0";a();', [[]], 1), /does not end with its exports/);
  });
});

describe("bareVariables", () => {
  it("finds what a module declares without a value, and only at its top", () => {
    const code = "var a,b=1,c;let d;for(var e of[])f();function g(){var h}var {i}=j;export{a}";
    assert.deepEqual(bareVariables(code), ["a", "c"]);
  });
});

describe("source maps of parts", () => {
  const lines = [
    [[0], [3, 1, 2, 3]],
    [],
    [
      [1, 1, 2, 1, 4],
      [40, 0, 900, 0, 2],
    ],
  ] as DecodedSourceMap["mappings"];
  const decode = (mappings: string) =>
    (
      remapping({ version: 3, names: ["a", "b", "c", "d", "e"], sources: ["s", "t"], mappings }, () => null, {
        decodedMappings: true,
      }) as DecodedSourceMap
    ).mappings;

  it("say the same whatever stands before them", () => {
    const [piece, other] = [toMapPiece(lines), toMapPiece([[[7, 0, 70, 0, 0]]] as DecodedSourceMap["mappings"])];
    const alone = decode(joinMapPieces([piece]));
    assert.deepEqual(
      decode(joinMapPieces([other, piece]))
        .slice(1)
        .map(places),
      alone.map(places),
    );
    assert.deepEqual(
      decode(joinMapPieces([piece, other, piece]))
        .slice(4)
        .map(places),
      alone.map(places),
    );
    assert.deepEqual(alone.map(places), [["3:2:3"], [], ["1:2:1", "40:900:0"]]);
  });
});

/** Column, original line and original column: what does not depend on the numbering of sources and names. */
function places(segments: DecodedSourceMap["mappings"][number]): readonly string[] {
  return segments
    .filter(({ length }) => length > 1)
    .map(([column, , line, original]) => `${column}:${line}:${original}`);
}

describe("linkEntry", () => {
  const map = toMapPiece([[]]);
  const index = {
    parts: [
      { owners: ["#w"], lines: 2, map: toMapPiece([[], []]) },
      { owners: ["#a", "#b"], lines: 1, map },
      { owners: ["#a"], lines: 1, map },
    ],
    exports: { "#w define": "d", "#a tool": "t", "#b tool": "u" },
  };
  const code = "w1\nw2\nab\na";
  const entry = [
    'import { define } from "#w";',
    'import { tool as tool0 } from "#b";',
    'import tenant0 from "./config.json";',
    "",
    'const worker = define({ tool0: tool0, is: "tool0 \\" tool0", tenants: [tenant0] });',
  ].join("\n");

  it("takes the parts that an import needs, and puts values where names were", () => {
    const linked = linkEntry(entry, index, code, () => '{ "__proto__": "\\"__proto__\\":" }');
    assert.equal(linked.parts, "w1\nw2\nab");
    assert.equal(linked.mappings, ";;");
    assert.equal(
      linked.entry.trim(),
      'const worker = d({ tool0: u, is: "tool0 \\" tool0", tenants: [{["__proto__"]:"\\"__proto__\\":"}] });',
    );
  });

  it("refuses an import that the platform does not have", () => {
    const link = () => linkEntry('import { other } from "#w";', index, code, () => "");
    assert.throws(link, /the platform has no "other" of "#w" to link/);
  });
});

describe("readImports and readExports", () => {
  it("read what generated modules have, and nothing else", () => {
    assert.deepEqual(readImports('import { a } from "#x";\nimport b from "./y.json";\nrest').imports, [
      { from: "#x", name: "a", local: "a" },
      { from: "./y.json", name: "default", local: "b" },
    ]);
    assert.throws(() => readImports('import * as a from "#x";'), /no import of a generated entry module/);
    assert.deepEqual(readExports('// x\nexport { a as part0 } from "#x";\n'), [{ from: "#x", name: "a", as: "part0" }]);
  });
});
