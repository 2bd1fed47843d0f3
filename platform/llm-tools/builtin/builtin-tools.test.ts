import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ALL_TOOLS } from "#llm-tools/builtin/all-tools";
import { runTool } from "#llm-tools/run-tool";
import { toolSpellings } from "#llm-tools/tool-spellings";
import { acme, callOf, modelSaying, plainServices, probeHost } from "#llm-tools/testing/probe-host";

/** Runs a built-in tool with a model that says this to everything. */
async function run(tool: string, given: object, answer: string): Promise<Record<string, unknown>> {
  const host = probeHost([...ALL_TOOLS.values()], { services: plainServices(modelSaying(answer)) });
  return { ...(await runTool(acme, host, callOf(tool, given))).result };
}

describe("a built-in tool", () => {
  for (const tool of ALL_TOOLS.values())
    it(`is found by its name: ${tool.name}`, async () => {
      const { file, constant } = toolSpellings(tool.name);
      const module = (await import(`#llm-tools/builtin/${file}`)) as Record<string, unknown>;
      assert.equal(module[constant], tool);
    });
});

describe("classify_intent", () => {
  const labels = ["cancel_order", "Track order", "other"];
  const classify = (answer: string) => run("classify_intent", { text: "Where is it?", labels }, answer);
  const understood: readonly (readonly [answer: string, label: string])[] = [
    ['{"label":"Track order"}', "Track order"],
    ['```json\n{"label": "track_order"}\n```', "Track order"],
    ['"Track Order"', "Track order"],
    ["The label is: cancel order.", "cancel_order"],
    ['{"intent":{"label":"other"}}', "other"],
    ['{"label":"cancel_order', "cancel_order"],
  ];
  for (const [answer, label] of understood)
    it(`understands ${answer}`, async () => assert.deepEqual(await classify(answer), { label }));
  for (const answer of [
    "",
    '{"label":"refund"}',
    "Either cancel_order or other.",
    '{"label":["other"]}x',
    "ancel_orde",
  ])
    it(`answers with no label of its own for ${JSON.stringify(answer)}`, async () => {
      const isOther = answer.includes('["other"]');
      if (isOther) assert.deepEqual(await classify(answer), { label: "other" });
      else await assert.rejects(classify(answer), { code: "tool_failed" });
    });
});

describe("extract_entities", () => {
  const text =
    "Ada Lovelace met Ada\u00a0 Lovelace and 小明在北京. Mail ada@acme.example by 2026-05-04, pay €1,200.50 or 30 dollars.";
  const extract = async (answer: string, more: object = {}) => {
    const { entities } = await run("extract_entities", { text, ...more }, answer);
    return entities as { text: string; type: string; start: number; end: number }[];
  };

  it("gives every place of a name, exactly", async () => {
    const entities = await extract(
      '{"entities":[{"text":"Ada Lovelace","type":"person"},{"text":"北京","type":"location"}]}',
    );
    for (const { text: found, start, end } of entities) assert.equal(text.slice(start, end), found);
    assert.deepEqual(
      entities.map(({ text: found, type }) => `${type} ${found}`),
      [
        "person Ada Lovelace",
        "person Ada\u00a0 Lovelace",
        "location 北京",
        "email ada@acme.example",
        "date 2026-05-04",
        "money €1,200.50",
        "money 30 dollars",
      ],
    );
  });

  it("gives nothing that does not stand in the text, is of another type, or is only part of a word", async () => {
    const invented = ["Grace Hopper", "Love", "da", "", "x".repeat(500)].map((name) => ({
      text: name,
      type: "person",
    }));
    const foreign = [{ text: "Ada", type: "wizard" }, { type: "person" }, null, 7, ["Ada"], { text: "Ada" }];
    assert.deepEqual(await extract(JSON.stringify({ entities: [...invented, ...foreign] }), { types: ["person"] }), []);
  });

  for (const answer of ["", "No entities.", '{"entities":null}', "[]", '{"persons":["Ada"]}'])
    it(`finds what needs no model when it answers ${JSON.stringify(answer)}`, async () => {
      assert.deepEqual(
        (await extract(answer, { types: ["email"] })).map(({ start }) => start),
        [text.indexOf("ada@")],
      );
    });

  it("takes a list without its object, fenced and broken off", async () => {
    const answer = 'Here: ```json\n[{"text":"Ada Lovelace","type":"person"},{"text":"北';
    assert.equal((await extract(answer, { types: ["person", "location"] })).length, 2);
  });

  it("finds offsets across pieces of a long text", async () => {
    const long = `${"Nothing here. ".repeat(1_500)}Ada Lovelace came.`;
    const { entities } = await run(
      "extract_entities",
      { text: long, types: ["person"] },
      '{"entities":[{"text":"Ada Lovelace","type":"person"}]}',
    );
    const [found] = entities as { start: number; end: number }[];
    assert.equal(long.slice(found?.start, found?.end), "Ada Lovelace");
  });
});

describe("tag_chunk_docs", () => {
  const documents = [{ docId: "a.md", text: "Lamps and chairs. Lamps for the garden." }];
  const tagsOf = async (answer: string, more: object = {}) => {
    const result = await run("tag_chunk_docs", { documents, ...more }, answer);
    return (result["documents"] as { chunks: { tags: string[] }[] }[])[0]?.chunks[0]?.tags;
  };

  it("takes the model's tags, tidied up and no more than asked for", async () => {
    assert.deepEqual(await tagsOf('{"1":["Garden Lamps","garden-lamps","  Chairs! ","a","b","c"]}', { maxTags: 3 }), [
      "garden-lamps",
      "chairs",
      "a",
    ]);
  });

  it("keeps to the given list, spelled as given", async () => {
    assert.deepEqual(await tagsOf('{"1":["garden","sofas"]}', { tags: ["Garden", "Sofa"] }), ["Garden"]);
  });

  for (const answer of ["", "{}", '{"1":"lamps"}', '{"9":["x"]}', '{"1":[{},null,7]}', "I would say: lamps"]) {
    it(`makes do without the model when it answers ${JSON.stringify(answer)}`, async () => {
      assert.deepEqual(await tagsOf(answer, { tags: ["chairs", "sofas", "garden"] }), ["chairs", "garden"]);
      assert.deepEqual(await tagsOf(answer, { maxTags: 1 }), ["lamps"]);
    });
  }
});

describe("summarize", () => {
  const summarize = (answer: string, given: object = {}) => run("summarize", { text: "Some text.", ...given }, answer);

  it("never exceeds the number of words, and ends with a sentence if it can", async () => {
    const answer = "One two three four five six. Seven eight nine ten eleven twelve thirteen.";
    assert.deepEqual(await summarize(answer, { maxWords: 10 }), { summary: "One two three four five six." });
    assert.deepEqual(await summarize("word ".repeat(50), { maxWords: 10 }), { summary: `${"word ".repeat(10)}…` });
  });

  it("fails when the model says nothing", async () => {
    await assert.rejects(summarize("  \n"), { code: "tool_failed" });
  });

  it("tells how far it is with a long text, and ends however little a model condenses", async () => {
    const host = probeHost([...ALL_TOOLS.values()], { services: plainServices(modelSaying("A note. ".repeat(20))) });
    const seen: { done: number; total: number }[] = [];
    const call = callOf("summarize", { text: "A long story. ".repeat(14_000) }, { onProgress: (p) => seen.push(p) });
    await runTool(acme, host, call);
    assert.ok(seen.length > 5);
    assert.ok(seen.every(({ done, total }, index) => done === index && done < total));
  });
});
