import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseJudgements, parseSmart } from "#tests/knowledge/judge/parse-smart";

describe("parseSmart", () => {
  it("reads entries and their fields, and takes no line of a text for one", () => {
    const [first, second] = parseSmart(".I 001\n.T\nwing\nflow\n.W\n.5 of it\n.Idle\n.I 2\r\n.W\r\nslip\r\n");
    assert.equal(first?.id, "1");
    assert.equal(first.fields.get("T"), "wing\nflow\n");
    assert.equal(first.fields.get("W"), ".5 of it\n.Idle\n");
    assert.equal(second?.fields.get("W"), "slip\n\n");
  });
});

describe("parseJudgements", () => {
  it("counts every judged pair, whatever its grade and its columns", () => {
    const judgements = parseJudgements("1 184 2 \n1 29 -1\n     2     28\t0\t0.000000\n");
    assert.deepEqual([...(judgements.get("1") ?? [])], ["184", "29"]);
    assert.deepEqual([...(judgements.get("2") ?? [])], ["28"]);
  });
});
