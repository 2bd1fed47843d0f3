import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import * as z from "#base/zod";

import { readModelJson } from "#llm-tools/read-model-json";

const schema = z.object({ label: z.string(), tags: z.optional(z.array(z.string())) });
const read = (answer: string) => readModelJson(answer, schema);

describe("readModelJson", () => {
  const readable: readonly (readonly [what: string, answer: string])[] = [
    ["plain", '{"label":"a"}'],
    ["fenced", '```json\n{"label":"a"}\n```'],
    ["fenced without a language, with prose around it", 'Sure! Here it is:\n```\n{"label":"a"}\n```\nAnything else?'],
    ["in a fence that is never closed", '```json\n{"label":"a"}'],
    ["amid prose", 'The answer is {"label":"a"}, since {that} fits.'],
    ["behind another bracket", 'As in [1], {"label": "a"}'],
    ["with a comma too many", '{"label":"a",}'],
    ["with a list that ends in a comma", '{"label":"a","tags":["x","y",],}'],
    ["broken off in a list", '{"label":"a","tags":["x","y","unfin'],
    ["broken off in a key", '{"label":"a","ta'],
    ["broken off behind a colon", '{"label":"a","tags":'],
    ["one level too deep", '{"result":{"label":"a"}}'],
    ["in a list", '[{"label":"a"}]'],
    ["with brackets and escapes in a text", '{"label":"a","tags":["} ] \\" {"'],
    ["followed by another value", '{"label":"a"}{"label":"b"}'],
  ];
  for (const [what, answer] of readable) it(`reads JSON ${what}`, () => assert.equal(read(answer)?.label, "a"));

  it("keeps what was whole of a list that was broken off", () => {
    assert.deepEqual(read('{"label":"a","tags":["x","y","unfin')?.tags, ["x", "y"]);
  });

  for (const answer of [
    "",
    "I cannot do that.",
    "null",
    "42",
    '"label"',
    '{"other":1}',
    "{",
    "[[[[[[[[[[",
    "}{",
    "{'label':'a'}",
  ])
    it(`finds nothing in ${JSON.stringify(answer)}`, () => assert.equal(read(answer), undefined));

  it("reads back any value, however it is cut or wrapped, or finds nothing; it never throws", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.string(), fc.nat(), (tags, prose, cut) => {
        const json = JSON.stringify({ label: "a", tags });
        const loose = z.looseObject({ label: z.string() });
        assert.equal(readModelJson(`\`\`\`json\n${json}\n\`\`\``, loose)?.label, "a");
        readModelJson(prose + json.slice(0, cut % json.length), loose);
      }),
      { numRuns: 300 },
    );
  });

  it("is not slowed down by an answer made to be slow", () => {
    for (const piece of ["{", "[", '{"a":', '"', "\\", ",", "```", '{"label":"a",'])
      read(piece.repeat(Math.floor(200_000 / piece.length)));
  });
});
