import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { type Fixture, readEvents, startFixture } from "./start-fixture.js";

const llama = "@cf/meta/llama-3.1-8b-instruct";
const gptOss = "@cf/openai/gpt-oss-120b";
const refund = [
  { role: "system", content: '<source id="1">Refunds take five days.</source>' },
  { role: "user", content: "How long do refunds take?" },
];

describe("env.AI of the real class", () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture.runtime.dispose());

  it("answers a chat with text and usage", async () => {
    const { value } = await fixture.run(llama, { messages: refund });
    assert.deepEqual(value, {
      response: "Refunds take five days. [1]",
      usage: { prompt_tokens: 29, completion_tokens: 9, total_tokens: 38 },
    });
  });

  it("answers in OpenAI's shape where the model does", async () => {
    const { value } = await fixture.run(gptOss, { messages: refund });
    const [choice] = value["choices"] as { message: unknown; finish_reason: string }[];
    const message = { role: "assistant", content: "Refunds take five days. [1]" };
    assert.deepEqual([choice?.message, choice?.finish_reason], [message, "stop"]);
  });

  it("cuts an answer at max_tokens", async () => {
    const { value } = await fixture.run(gptOss, { messages: refund, max_tokens: 3 });
    const [choice] = value["choices"] as { message: { content: string }; finish_reason: string }[];
    assert.deepEqual([choice?.message.content, choice?.finish_reason], ["Refunds take", "length"]);
  });

  it("gives JSON that fits a schema", async () => {
    const schema = { type: "object", properties: { answer: { type: "string" }, score: { type: "number" } } };
    const { value } = await fixture.run(llama, {
      messages: refund,
      response_format: { type: "json_schema", json_schema: schema },
    });
    assert.deepEqual(value["response"], { answer: "Refunds take five days. [1]", score: 0 });
  });

  it("asks for the tool that the user names, whole and streamed, in both shapes", async () => {
    const tools = [
      {
        type: "function",
        function: { name: "add", parameters: { type: "object", properties: { a: { type: "number" } } } },
      },
    ];
    const inputs = { messages: [{ role: "user", content: 'use the tool add with {"a": 2}' }], tools };
    const native = await fixture.run(llama, inputs);
    assert.deepEqual(native.value["tool_calls"], [{ name: "add", arguments: { a: 2 } }]);
    const events = await readEvents(await fixture.send("/run", { model: gptOss, inputs: { ...inputs, stream: true } }));
    const pieces = events.flatMap(
      ({ data }) =>
        (data as { choices?: { delta?: { tool_calls?: { function: { arguments: string } }[] } }[] }).choices ?? [],
    );
    assert.equal(pieces.map(({ delta }) => delta?.tool_calls?.[0]?.function.arguments ?? "").join(""), '{"a":2}');
  });

  it("embeds texts with the dimensions of each model", async () => {
    for (const [model, dimensions] of [
      ["small-en-v1.5", 384],
      ["base-en-v1.5", 768],
      ["large-en-v1.5", 1_024],
      ["m3", 1_024],
    ] as const) {
      const { value } = await fixture.run(`@cf/baai/bge-${model}`, { text: ["one", "two"] });
      assert.deepEqual(value["shape"], [2, dimensions]);
      assert.equal((value["data"] as number[][])[1]?.length, dimensions);
    }
  });

  it("reranks passages, best first, at most top_k", async () => {
    const contexts = [{ text: "Cats purr." }, { text: "Refunds take five days." }, { text: "Dogs bark." }];
    const { value } = await fixture.run("@cf/baai/bge-reranker-base", {
      query: "how long do refunds take",
      contexts,
      top_k: 2,
    });
    const ranked = value["response"] as { id: number; score: number }[];
    assert.deepEqual([ranked.length, ranked[0]?.id], [2, 1]);
    assert.ok((ranked[0]?.score ?? 0) > 0.5 && (ranked[1]?.score ?? 1) < 0.1);
  });

  it("reranks by what query and passage hold within 512 tokens together", async () => {
    const rerank = (text: string) =>
      fixture.run("@cf/baai/bge-reranker-base", { query: "refunds", contexts: [{ text }] });
    const near = await rerank(`${"word ".repeat(500)} refunds`);
    const far = await rerank(`${"word ".repeat(520)} refunds`);
    const scoreOf = ({ value }: typeof near) => (value["response"] as { score: number }[])[0]?.score ?? 0;
    assert.ok(scoreOf(near) > scoreOf(far));
    assert.equal((far.value["usage"] as { prompt_tokens: number }).prompt_tokens, 512);
  });

  it("speaks as WAV in JSON and as a stream of MP3", async () => {
    const { value } = await fixture.run("@cf/myshell-ai/melotts", { prompt: "Hello there" });
    assert.equal(atob(value["audio"] as string).slice(0, 4), "RIFF");
    const response = await fixture.send("/run-raw", { model: "@cf/deepgram/aura-1", inputs: { text: "Hello there" } });
    assert.equal(response.headers.get("content-type"), "audio/mpeg");
    // Behind an ID3 tag of 12 bytes.
    assert.deepEqual([...new Uint8Array(await response.arrayBuffer()).subarray(12, 14)], [0xff, 0xf3]);
  });

  for (const [what, model, inputs, error] of [
    [
      "an unknown model",
      "@cf/nobody/nothing",
      { prompt: "x" },
      "InferenceUpstreamError: 5007: No such model @cf/nobody/nothing or task",
    ],
    [
      "inputs without messages",
      llama,
      {},
      "InferenceUpstreamError: 5006: AiError: Bad input: Error: oneOf at '/' not met",
    ],
    [
      "content of a wrong type",
      llama,
      { messages: [{ role: "user", content: 1 }] },
      "5006: AiError: Bad input: Error: Type mismatch of '/messages/0/content'",
    ],
    [
      "more than the context window",
      llama,
      { prompt: "word ".repeat(8_000) },
      "5021: The estimated number of input and maximum output tokens (8261) exceeded this model context window limit (7968).",
    ],
    [
      "101 texts to embed",
      "@cf/baai/bge-m3",
      { text: Array.from({ length: 101 }, () => "x") },
      "5006: AiError: Bad input: Error: Length of '/text' must be <= 100, got 101",
    ],
    ["an empty text to embed", "@cf/baai/bge-m3", { text: "" }, "5006"],
    ["a stream of JSON mode", llama, { prompt: "x", stream: true, response_format: { type: "json_object" } }, "5006"],
    ["a reranking without passages", "@cf/baai/bge-reranker-base", { query: "x" }, "5006"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const result = await fixture.run(model, inputs);
      assert.ok(result.error?.includes(error), result.error);
    });
  }

  it("takes 100 texts to embed", async () => {
    const { value } = await fixture.run("@cf/baai/bge-small-en-v1.5", {
      text: Array.from({ length: 100 }, (_, i) => `text ${i}`),
    });
    assert.deepEqual(value["shape"], [100, 384]);
  });
});
