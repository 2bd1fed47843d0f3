import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { APIError, BadRequestError, ConflictError, InternalServerError, UnprocessableEntityError } from "openai";

import {
  ASKED,
  EMBEDDING_MODEL,
  type OpenAiSetup,
  startOpenAi,
  until,
  wordsAsChunks,
} from "#tests/clients/start-openai";

const WORDS = ["every ", "word ", "is ", "paid ", "for ", "once"];

describe("the openai client: Idempotency-Key", () => {
  let setup: OpenAiSetup;
  before(async () => {
    setup = await startOpenAi();
  });
  beforeEach(() => setup.worker.runtime.control.reset());
  after(() => setup.worker.dispose());

  const withKey = (key: string = crypto.randomUUID()) => ({ headers: { "Idempotency-Key": key } });
  const modelCalls = () => setup.worker.runtime.control.modelCalls();
  const sayWords = (delayMs: number) =>
    setup.worker.runtime.control.plan({ kind: "chunks", chunks: wordsAsChunks(WORDS), delayMs });

  it("answers a repetition with the first answer, without a model call", async () => {
    const options = withKey();
    const first = await setup.client().chat.completions.create(ASKED, options).withResponse();
    assert.equal(first.response.headers.get("idempotency-replayed"), null);
    const second = await setup.client().chat.completions.create(ASKED, options).withResponse();
    assert.equal(second.response.headers.get("idempotency-replayed"), "true");
    assert.deepEqual(second.data, first.data);
    assert.equal((await modelCalls()).length, 1);
  });

  it("replays a stream byte for byte, with its content type", async () => {
    const options = withKey();
    const stream = { ...ASKED, stream: true, stream_options: { include_usage: true } } as const;
    const send = async () => {
      const response = await setup.client().chat.completions.create(stream, options).asResponse();
      return { type: response.headers.get("content-type"), text: await response.text(), headers: response.headers };
    };
    const first = await send();
    const second = await send();
    assert.equal(second.text, first.text);
    assert.match(first.text, /\[DONE\]\n\n$/);
    assert.equal(second.type, first.type);
    assert.match(first.type ?? "", /^text\/event-stream/);
    assert.equal(second.headers.get("idempotency-replayed"), "true");
    assert.equal((await modelCalls()).length, 1);
  });

  it("refuses another body with UnprocessableEntityError", async () => {
    const options = withKey();
    await setup.client().chat.completions.create(ASKED, options);
    const other = setup.client().chat.completions.create({ ...ASKED, temperature: 1 }, options);
    await assert.rejects(
      other,
      (error) => error instanceof UnprocessableEntityError && error.code === "idempotency_mismatch",
    );
    assert.equal((await modelCalls()).length, 1);
  });

  it("refuses a repetition while the first request runs with ConflictError", async () => {
    const options = withKey();
    await sayWords(100);
    const first = setup.client().chat.completions.create(ASKED, options);
    await until(async () => (await modelCalls()).length === 1);
    await assert.rejects(
      setup.client().chat.completions.create(ASKED, options),
      (error) =>
        error instanceof ConflictError && error.code === "conflict" && error.headers.get("retry-after") === "1",
    );
    assert.equal((await first).choices[0]?.message.content, WORDS.join(""));
    assert.equal((await modelCalls()).length, 1);
  });

  it("gets the first answer by its own retries when it repeats too early", async () => {
    const options = withKey();
    await sayWords(50);
    const [first, second] = await Promise.all([
      setup.client({ maxRetries: 3 }).chat.completions.create(ASKED, options),
      setup.client({ maxRetries: 3 }).chat.completions.create(ASKED, options),
    ]);
    assert.equal(second.id, first.id);
    assert.equal((await modelCalls()).length, 1);
  });

  it("lets one of many parallel requests run", async () => {
    const options = withKey();
    await sayWords(10);
    const client = setup.client({ maxRetries: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.chat.completions.create(ASKED, options)));
    assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
    assert.equal((await modelCalls()).length, 1);
  });

  it("finishes the answer of a client that left in mid-stream, and replays it", async () => {
    const options = withKey();
    await sayWords(40);
    const stream = await setup.client().chat.completions.create({ ...ASKED, stream: true }, options);
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    await until(async () => (await modelCalls())[0]?.finished === true);
    const again = await setup
      .client({ maxRetries: 3 })
      .chat.completions.create({ ...ASKED, stream: true }, options)
      .withResponse();
    assert.equal(again.response.headers.get("idempotency-replayed"), "true");
    let text = "";
    for await (const chunk of again.data) text += chunk.choices[0]?.delta.content ?? "";
    assert.equal(text, WORDS.join(""));
    assert.equal((await modelCalls()).length, 1);
  });

  it("finishes the answer of a client that left before it began", async () => {
    const options = withKey();
    await sayWords(40);
    const abort = new AbortController();
    const waiting = setup.client().chat.completions.create(ASKED, { ...options, signal: abort.signal });
    await until(async () => (await modelCalls()).length === 1);
    abort.abort();
    await assert.rejects(waiting);
    await until(async () => (await modelCalls())[0]?.finished === true);
    const again = await setup.client({ maxRetries: 3 }).chat.completions.create(ASKED, options);
    assert.equal(again.choices[0]?.message.content, WORDS.join(""));
    assert.equal((await modelCalls()).length, 1);
  });

  it("frees the key when the request failed, before the stream or in its middle", async () => {
    const options = withKey();
    const stream = { ...ASKED, stream: true } as const;
    await setup.worker.runtime.control.failModel(500);
    await assert.rejects(setup.client().chat.completions.create(stream, options), InternalServerError);
    await setup.worker.runtime.control.plan({ kind: "cut", afterTokens: 2 });
    const broken = await setup.client().chat.completions.create(stream, options);
    await assert.rejects(async () => {
      for await (const _ of broken);
    }, APIError);
    const answered = await setup.client({ maxRetries: 3 }).chat.completions.create(stream, options).asResponse();
    assert.match(await answered.text(), /\[DONE\]/);
    assert.equal(answered.headers.get("idempotency-replayed"), null);
  });

  it("keeps the key of one route, principal and tenant apart from that of another", async () => {
    const options = withKey();
    await setup.client().chat.completions.create(ASKED, options);
    await setup.client().embeddings.create({ model: EMBEDDING_MODEL, input: "x" }, options);
    const colleague = await setup.worker.makeKey("acme", ["chat"]);
    const others = [setup.client({ apiKey: colleague }), setup.client({ apiKey: setup.worker.keys.globex })];
    for (const client of others) {
      const asked = { ...ASKED, model: "@cf/meta/llama-3.3-70b-instruct-fp8-fast" };
      const { response } = await client.chat.completions.create(asked, options).withResponse();
      assert.equal(response.headers.get("idempotency-replayed"), null);
    }
  });

  it("refuses a malformed key and tells which header is wrong", async () => {
    for (const key of ["", "with a blank", "k".repeat(256)]) {
      await assert.rejects(
        setup.client().chat.completions.create(ASKED, withKey(key)),
        (error) => error instanceof BadRequestError && error.param === "header idempotency-key",
        JSON.stringify(key),
      );
    }
    assert.deepEqual(await modelCalls(), []);
  });

  it("holds the body's limit, and frees the key of a request that broke it", async () => {
    const key = crypto.randomUUID();
    const call = { key: setup.worker.keys.acme, headers: { "idempotency-key": key } };
    const large = await setup.worker.call("/v1/chat/completions", { ...call, body: "x".repeat(20_000) });
    assert.equal(large.status, 413);
    const fitting = await setup.worker.call("/v1/chat/completions", { ...call, body: ASKED });
    assert.equal(fitting.status, 200);
  });
});
