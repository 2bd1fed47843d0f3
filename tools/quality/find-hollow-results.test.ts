import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findHollowResults, findOnly } from "#tools/quality/find-hollow-results";

describe("a run of tests", () => {
  it("is fine when tests ran, and when a skipped one says why", () => {
    assert.deepEqual(findHollowResults([{ name: "a" }, { name: "b", skip: "needs a GPU" }], undefined), []);
  });

  it("proves nothing when no test ran", () => {
    assert.match(findHollowResults([], undefined)[0] ?? "", /no test ran: the files in srcs define none/);
    assert.match(findHollowResults([], "typo")[0] ?? "", /no name matches --test_filter=typo/);
  });

  it("must not hide a skipped or unfinished test without a reason", () => {
    const complaints = findHollowResults(
      [
        { name: "a", skip: true },
        { name: "b", todo: true },
      ],
      undefined,
    );
    assert.match(complaints[0] ?? "", /"a" is skipped: give the reason/);
    assert.match(complaints[1] ?? "", /"b" is todo: give the reason/);
  });

  it("must not leave tests out because of an only", () => {
    const call = ["it", "only(() => {})"].join(".");
    const option = `it("a", { ${["only", "true"].join(": ")} }, () => {})`;
    const found = findOnly([
      { path: "a.js", text: call },
      { path: "b.js", text: option },
      { path: "c.js", text: "it('only', () => {})" },
    ]);
    assert.deepEqual(
      found.map((line) => line.split(":")[0]),
      ["a.js", "b.js"],
    );
  });
});
