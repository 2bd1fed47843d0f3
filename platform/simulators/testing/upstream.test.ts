import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { type ModelServer, sendJson, sendPieces, startModelServer } from "./model-server.js";
import { type Fixture, eventually, readEvents, startFixture } from "./start-fixture.js";

const llama = "@cf/meta/llama-3.1-8b-instruct";
const gptOss = "@cf/openai/gpt-oss-20b";
const chunk = (delta: unknown, more: object = {}) =>
  `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta }], ...more })}\n\n`;
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const spoken = `${chunk({ role: "assistant", content: "" })}${chunk({ content: "é€" })}: comment\n\n${chunk({ content: "𐍈!" })}data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`;

describe("models behind modelUrl", () => {
  let server: ModelServer;
  let fixture: Fixture;
  before(async () => {
    server = await startModelServer();
    fixture = await startFixture({
      model: { modelUrl: `${server.url}/v1`, modelMap: { [llama]: "llama3" }, apiKey: "secret", tokenDelayMs: 0 },
    });
  });
  after(async () => {
    await fixture.runtime.dispose();
    server.close();
  });

  const stream = async (model: string) =>
    readEvents(await fixture.send("/run", { model, inputs: { prompt: "hi", stream: true } }));

  it("get the call under their mapped name, with the key", async () => {
    server.answer = (response) =>
      sendJson(response, { choices: [{ message: { content: "Hello!" }, finish_reason: "stop" }], usage });
    const { value } = await fixture.run(llama, { messages: [{ role: "user", content: "hi" }], max_tokens: 9 });
    assert.deepEqual(value, { response: "Hello!", usage });
    const { path, authorization, body } = server.requests.at(-1) ?? {};
    assert.deepEqual([path, authorization], ["/v1/chat/completions", "Bearer secret"]);
    assert.deepEqual(body, {
      model: "llama3",
      messages: [{ role: "user", content: "hi" }],
      stream: false,
      max_tokens: 9,
    });
  });

  it("get a name that Workers AI does not know as it is", async () => {
    server.answer = (response) => sendJson(response, { choices: [{ message: { content: "Hello!" } }] });
    assert.equal((await fixture.run("qwen3:8b", { prompt: "hi" })).value["response"], "Hello!");
    assert.equal(server.requests.at(-1)?.body["model"], "qwen3:8b");
  });

  it("embed texts, in the order of their index", async () => {
    server.answer = (response) =>
      sendJson(response, {
        data: [
          { index: 1, embedding: [0, 1] },
          { index: 0, embedding: [1, 0] },
        ],
        usage: { prompt_tokens: 4 },
      });
    const { value } = await fixture.run("@cf/baai/bge-m3", { text: ["a", "b"] });
    assert.deepEqual(
      [value["shape"], value["data"]],
      [
        [2, 2],
        [
          [1, 0],
          [0, 1],
        ],
      ],
    );
    assert.equal(server.requests.at(-1)?.path, "/v1/embeddings");
  });

  it("stream the same text wherever the bytes are cut in two", async () => {
    const bytes = new TextEncoder().encode(spoken);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      server.answer = (response) => sendPieces(response, [bytes.slice(0, cut), bytes.slice(cut)]);
      const events = await stream(llama);
      const expected = [{ response: "é€" }, { response: "𐍈!" }, { response: "", usage }, "[DONE]"];
      assert.deepEqual(
        events.map(({ data }) => data),
        expected,
        `cut at ${cut}`,
      );
    }
  });

  it("stream byte by byte too, and in OpenAI's own shape", async () => {
    server.answer = (response) =>
      sendPieces(
        response,
        Array.from(new TextEncoder().encode(spoken), (byte) => Uint8Array.of(byte)),
      );
    const events = await stream(gptOss);
    const texts = events.map(
      ({ data }) => (data as { choices?: { delta?: { content?: string } }[] }).choices?.[0]?.delta?.content ?? "",
    );
    assert.equal(texts.join(""), "é€𐍈!");
    assert.equal(events.at(-1)?.data, "[DONE]");
  });

  it("ask for tools, whole and streamed", async () => {
    const call = { function: { name: "add", arguments: '{"a":1}' } };
    const expected = [{ name: "add", arguments: { a: 1 } }];
    server.answer = (response) => sendJson(response, { choices: [{ message: { content: null, tool_calls: [call] } }] });
    assert.deepEqual(
      (await fixture.run(llama, { prompt: "hi", tools: [{ name: "add", parameters: {} }] })).value["tool_calls"],
      expected,
    );
    const pieces = [
      chunk({ tool_calls: [{ index: 0, function: { name: "add", arguments: "" } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] }),
      "data: [DONE]\n\n",
    ];
    server.answer = (response) =>
      sendPieces(
        response,
        pieces.map((piece) => new TextEncoder().encode(piece)),
      );
    assert.deepEqual((await stream(llama))[0]?.data, { response: "", tool_calls: expected });
  });

  for (const [status, error] of [
    [400, "5006: AiError: no good"],
    [401, "5018: AiError: no good"],
    [413, "3006: AiError: no good"],
    [429, "3040: AiError: no good"],
    [500, "3043: AiError: no good"],
    [503, "3043: AiError: no good"],
  ] as const) {
    it(`pass on a ${status} in Workers AI's shape`, async () => {
      server.answer = (response) => sendJson(response, { error: { message: "no good" } }, status);
      const response = await fixture.send("/run-raw", { model: llama, inputs: { prompt: "hi" } });
      assert.equal(response.status, status);
      assert.equal((await fixture.run(llama, { prompt: "hi" })).error, `InferenceUpstreamError: ${error}`);
    });
  }

  it("break the stream when theirs breaks off", async () => {
    server.answer = (response) => sendPieces(response, [new TextEncoder().encode(chunk({ content: "half" }))]);
    await assert.rejects(stream(llama));
  });

  it("hear of it when the client goes away", async () => {
    let isClosed = false;
    server.answer = (response) => {
      response.once("close", () => (isClosed = true));
      response.writeHead(200, { "content-type": "text/event-stream" });
      const timer = setInterval(() => response.write(chunk({ content: "more" })), 10);
      response.once("close", () => clearInterval(timer));
    };
    const abort = new AbortController();
    const response = await fixture.send(
      "/run",
      { model: llama, inputs: { prompt: "hi", stream: true } },
      { signal: abort.signal },
    );
    await response.body?.getReader().read();
    abort.abort();
    await eventually(() => Promise.resolve(isClosed));
  });

  it("are said to be out of reach when nothing listens", async () => {
    server.close();
    const response = await fixture.send("/run-raw", { model: llama, inputs: { prompt: "hi" } });
    assert.equal(response.status, 502);
    assert.match(await response.text(), /could not be reached/);
  });
});
