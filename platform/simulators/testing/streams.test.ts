import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { type Fixture, eventually, readEvents, startFixture } from "./start-fixture.js";

const llama = "@cf/meta/llama-3.1-8b-instruct";
const tokenDelayMs = 20;
const inputs = {
  messages: [
    { role: "user", content: "The quick brown fox jumps over the lazy dog near the river bank." },
    { role: "user", content: "What does the fox jump over?" },
  ],
  stream: true,
};
const answer = "The quick brown fox jumps over the lazy dog near the river bank.";

describe("streamed answers", () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ model: { tokenDelayMs } });
  });
  beforeEach(() => fixture.runtime.control.reset());
  after(() => fixture.runtime.dispose());

  const stream = () => fixture.send("/run", { model: llama, inputs });
  const lastCall = async () => (await fixture.runtime.control.modelCalls()).at(-1);

  it("arrive token by token over real HTTP, then usage, then [DONE]", async () => {
    const events = await readEvents(await stream());
    const texts = events.map(({ data }) => (data as { response?: string }).response ?? "");
    assert.equal(texts.join(""), answer);
    assert.deepEqual((events.at(-2)?.data as { usage: unknown }).usage, {
      prompt_tokens: 29,
      completion_tokens: 14,
      total_tokens: 43,
    });
    assert.equal(events.at(-1)?.data, "[DONE]");
    const spread = (events.at(-1)?.atMs ?? 0) - (events[0]?.atMs ?? 0);
    assert.ok(spread > tokenDelayMs * 10, `all within ${spread} ms`);
    const gaps = events.slice(1, 12).map(({ atMs }, index) => atMs - (events[index]?.atMs ?? 0));
    assert.ok(gaps.filter((gap) => gap > tokenDelayMs / 4).length >= 8, gaps.map(Math.round).join(" "));
  });

  it("stop being produced when the Worker cancels", async () => {
    await fixture.post("/run-and-cancel", { model: llama, inputs, chunks: 3 });
    await eventually(async () => (await lastCall())?.aborted === true);
    assert.ok(((await lastCall())?.streamedTokens ?? 99) <= 5);
  });

  it("stop being produced when the HTTP client goes away", async () => {
    const abort = new AbortController();
    const response = await fixture.send("/run", { model: llama, inputs }, { signal: abort.signal });
    await response.body?.getReader().read();
    abort.abort();
    await eventually(async () => (await lastCall())?.aborted === true);
    assert.ok(((await lastCall())?.streamedTokens ?? 99) < 14);
  });

  it("break off when a test cuts them", async () => {
    await fixture.runtime.control.plan({ kind: "cut", afterTokens: 3 });
    const response = await stream();
    const received: string[] = [];
    await assert.rejects(async () => {
      for await (const chunk of response.body ?? []) received.push(new TextDecoder().decode(chunk as Uint8Array));
    });
    assert.equal(received.join("").match(/"response":"/g)?.length, 3);
  });

  it("fall silent when a test stalls them", async () => {
    await fixture.runtime.control.plan({ kind: "stall", afterTokens: 2 });
    const abort = new AbortController();
    const response = await fixture.send("/run", { model: llama, inputs }, { signal: abort.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.read();
    const silence = new Promise<string>((resolve) => setTimeout(() => resolve("silence"), 200));
    assert.equal(await Promise.race([reader?.read(), silence]), "silence");
    abort.abort();
  });
});

describe("planned behaviour", () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  beforeEach(() => fixture.runtime.control.reset());
  after(() => fixture.runtime.dispose());

  it("fails the next calls of a model with a status, and no others", async () => {
    await fixture.runtime.control.failModel(429, { model: llama, times: 2 });
    const errors = [];
    for (const model of ["@cf/qwen/qwen2.5-coder-32b-instruct", llama, llama, llama]) {
      errors.push((await fixture.run(model, { prompt: "Hello" })).error);
    }
    const full = "InferenceUpstreamError: 3040: Capacity temporarily exceeded, please try again.";
    assert.deepEqual(errors, [undefined, full, full, undefined]);
  });

  it("keeps the status that was asked for", async () => {
    for (const status of [400, 403, 408, 413, 429, 500, 503]) {
      await fixture.runtime.control.failModel(status);
      const response = await fixture.send("/run-raw", { model: llama, inputs: { prompt: "Hello" } });
      assert.equal(response.status, status);
    }
  });

  it("delays, says what it is told, and answers garbage", async () => {
    const { control } = fixture.runtime;
    await control.plan({ kind: "delay", delayMs: 150 });
    const start = performance.now();
    await fixture.run(llama, { prompt: "Hello" });
    assert.ok(performance.now() - start > 140);
    await control.answerWith("Exactly this.");
    assert.equal((await fixture.run(llama, { prompt: "Hello" })).value["response"], "Exactly this.");
    await control.plan({ kind: "garbage", body: "<html>", contentType: "text/html" });
    assert.equal(
      await (await fixture.send("/run-raw", { model: llama, inputs: { prompt: "Hello" } })).text(),
      "<html>",
    );
    await control.plan({ kind: "chunks", chunks: ['data: {"resp', 'onse":"x"}\n\n', "data: [DONE]\n\n"] });
    const events = await readEvents(
      await fixture.send("/run", { model: llama, inputs: { prompt: "Hello", stream: true } }),
    );
    assert.deepEqual(
      events.map(({ data }) => data),
      [{ response: "x" }, "[DONE]"],
    );
  });

  it("leaves a hanging call to the patience of its caller", async () => {
    await fixture.runtime.control.plan({ kind: "hang" });
    await assert.rejects(
      fixture.send("/run", { model: llama, inputs: { prompt: "Hello" } }, { signal: AbortSignal.timeout(200) }),
    );
    assert.equal((await fixture.run(llama, { prompt: "Hello" })).error, undefined);
  });

  it("records calls with their inputs, options and outcome", async () => {
    await fixture.run(llama, { prompt: "Hello" }, { gateway: { id: "g" } });
    const [call] = await fixture.runtime.control.modelCalls();
    assert.equal(call?.worker, "fixture");
    assert.deepEqual(
      [call.model, call.inputs, call.options, call.status, call.finished],
      [llama, { prompt: "Hello" }, { gateway: { id: "g" } }, 200, true],
    );
  });
});
