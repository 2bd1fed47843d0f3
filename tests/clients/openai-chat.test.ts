import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { APIError, APIUserAbortError, InternalServerError } from "openai";
import type { ChatCompletionChunk, ChatCompletionFunctionTool } from "openai/resources/chat/completions";

import { ASKED, MODEL, MODELS, type OpenAiSetup, startOpenAi, until, wordsAsChunks } from "#tests/clients/start-openai";

const WEATHER: ChatCompletionFunctionTool = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

describe("the openai client: chat completions", () => {
  let setup: OpenAiSetup;
  before(async () => {
    setup = await startOpenAi();
  });
  beforeEach(() => setup.worker.runtime.control.reset());
  after(() => setup.worker.dispose());

  const chunksOf = async (stream: AsyncIterable<ChatCompletionChunk>) => {
    const chunks: ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  };

  for (const model of MODELS) {
    describe(model, () => {
      it("creates a completion", async () => {
        const completion = await setup.client().chat.completions.create({ ...ASKED, model });
        assert.match(completion.id, /^chatcmpl-/);
        assert.equal(completion.object, "chat.completion");
        assert.equal(completion.model, model);
        assert.ok(Math.abs(completion.created - Date.now() / 1_000) < 60);
        const [choice] = completion.choices;
        assert.match(choice?.message.content ?? "", /eight o'clock/);
        assert.equal(choice?.message.role, "assistant");
        assert.equal(choice.finish_reason, "stop");
        const { prompt_tokens: sent = 0, completion_tokens: got = 0, total_tokens: all } = completion.usage ?? {};
        assert.ok(sent > 0 && got > 0 && sent + got === all);
      });

      it("streams the same text, role first, finish reason last", async () => {
        const whole = await setup.client().chat.completions.create({ ...ASKED, model });
        const chunks = await chunksOf(await setup.client().chat.completions.create({ ...ASKED, model, stream: true }));
        assert.equal(chunks[0]?.choices[0]?.delta.role, "assistant");
        assert.ok(chunks.slice(1).every((chunk) => chunk.choices[0]?.delta.role === undefined));
        assert.equal(
          chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""),
          whole.choices[0]?.message.content,
        );
        assert.deepEqual(
          chunks.map((chunk) => chunk.choices[0]?.finish_reason).filter((reason) => reason !== null),
          ["stop"],
        );
        assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, "stop");
        assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
        assert.ok(chunks.every((chunk) => !("usage" in chunk)));
      });

      it("sends the usage as a last chunk without choices, when asked to", async () => {
        const options = { ...ASKED, model, stream: true, stream_options: { include_usage: true } } as const;
        const chunks = await chunksOf(await setup.client().chat.completions.create(options));
        const last = chunks.at(-1);
        assert.deepEqual(last?.choices, []);
        assert.ok((last.usage?.total_tokens ?? 0) > 0);
        assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
      });

      it("passes tools on, gives tool calls back and takes their results", async () => {
        const asked = { role: "user" as const, content: 'Use get_weather with {"city": "Oslo"}.' };
        const first = await setup.client().chat.completions.create({ model, messages: [asked], tools: [WEATHER] });
        const message = first.choices[0]?.message;
        assert.equal(first.choices[0]?.finish_reason, "tool_calls");
        assert.equal(message?.content, null);
        const call = message.tool_calls?.[0];
        assert.ok(call?.type === "function");
        assert.equal(call.function.name, "get_weather");
        assert.deepEqual(JSON.parse(call.function.arguments), { city: "Oslo" });

        const result = { role: "tool" as const, tool_call_id: call.id, content: "It is snowing in Oslo." };
        const second = await setup
          .client()
          .chat.completions.create({ model, messages: [asked, message, result], tools: [WEATHER] });
        assert.equal(second.choices[0]?.finish_reason, "stop");
        const [, sent] = await setup.worker.runtime.control.modelCalls();
        const { messages } = sent?.inputs as { messages: { role: string; tool_call_id?: string }[] };
        assert.deepEqual(
          messages.map(({ role }) => role),
          ["user", "assistant", "tool"],
        );
        assert.equal(messages[2]?.tool_call_id, call.id);
      });

      it("streams tool calls so that the .stream() helper puts them together", async () => {
        const runner = setup.client().chat.completions.stream({
          model,
          messages: [{ role: "user", content: "What is the weather?" }],
          tools: [WEATHER],
          tool_choice: { type: "function", function: { name: "get_weather" } },
        });
        const completion = await runner.finalChatCompletion();
        const call = completion.choices[0]?.message.tool_calls?.[0];
        assert.ok(call?.type === "function");
        assert.equal(call.function.name, "get_weather");
        assert.equal(completion.choices[0]?.finish_reason, "tool_calls");
      });

      it("gives JSON that fits response_format", async () => {
        const completion = await setup.client().chat.completions.create({
          ...ASKED,
          model,
          response_format: {
            type: "json_schema",
            json_schema: {
              name: "opening",
              strict: true,
              schema: {
                type: "object",
                properties: { answer: { type: "string" }, sure: { type: "boolean" } },
                required: ["answer", "sure"],
              },
            },
          },
        });
        const value = JSON.parse(completion.choices[0]?.message.content ?? "") as Record<string, unknown>;
        assert.deepEqual(Object.keys(value).sort(), ["answer", "sure"]);
      });
    });
  }

  it("feeds the .stream() helper: its events, its final content and its usage", async () => {
    const runner = setup.client().chat.completions.stream({ ...ASKED, stream_options: { include_usage: true } });
    let joined = "";
    runner.on("content", (delta) => (joined += delta));
    assert.equal(await runner.finalContent(), joined);
    assert.match(joined, /eight o'clock/);
    assert.ok((await runner.totalUsage()).total_tokens > 0);
  });

  it("takes the parameters of a request to the model", async () => {
    await setup.client().chat.completions.create({
      model: "@cf/openai/gpt-oss-20b",
      messages: [
        { role: "developer", content: [{ type: "text", text: "Be brief." }] },
        {
          role: "user",
          content: [
            { type: "text", text: "One" },
            { type: "text", text: "Two" },
          ],
        },
      ],
      max_completion_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      stop: ["END"],
      user: "user-1",
    });
    const [call] = await setup.worker.runtime.control.modelCalls();
    const { messages, max_tokens, temperature, top_p, seed, stop, user } = call?.inputs as Record<string, unknown>;
    assert.deepEqual(messages, [
      { role: "system", content: "Be brief." },
      { role: "user", content: "One\nTwo" },
    ]);
    assert.deepEqual(
      { max_tokens, temperature, top_p, seed, stop, user },
      { max_tokens: 50, temperature: 0.5, top_p: 0.9, seed: 7, stop: ["END"], user: "user-1" },
    );
  });

  for (const model of MODELS) {
    it(`says with finish_reason length that max_tokens cut the answer, whether the model tells or not (${model})`, async () => {
      const ask = { ...ASKED, model, max_tokens: 3 };
      const completion = await setup.client().chat.completions.create(ask);
      assert.equal(completion.choices[0]?.finish_reason, "length");
      assert.equal(completion.usage?.completion_tokens, 3);
      const streamed = await setup.client().chat.completions.stream(ask).finalChatCompletion();
      assert.equal(streamed.choices[0]?.finish_reason, "length");
      const whole = await setup.client().chat.completions.create({ ...ask, max_tokens: 500 });
      assert.equal(whole.choices[0]?.finish_reason, "stop");
    });
  }

  it("ends the answer before a stop sequence, whatever the model knows of it", async () => {
    await setup.worker.runtime.control.answerWith("one two three four");
    const completion = await setup.client().chat.completions.create({ ...ASKED, stop: " three" });
    assert.equal(completion.choices[0]?.message.content, "one two");
  });

  it("ignores keys that it does not know", async () => {
    const extra = { verbosity: "low", prediction: null, metadata: { a: "b" }, future_option: [1] };
    const completion = await setup.client().chat.completions.create({ ...ASKED, ...(extra as object) });
    assert.equal(completion.choices.length, 1);
  });

  it("cancels the model's call when a streaming client aborts", async () => {
    const words = Array.from({ length: 500 }, (_, n) => `word ${n} `);
    await setup.worker.runtime.control.plan({ kind: "chunks", chunks: wordsAsChunks(words), delayMs: 20 });
    const stream = await setup.client().chat.completions.create({ ...ASKED, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    await until(async () => (await setup.worker.runtime.control.modelCalls())[0]?.aborted === true);
  });

  it("cancels the model's call when the .stream() helper is aborted", async () => {
    const words = Array.from({ length: 500 }, (_, n) => `word ${n} `);
    await setup.worker.runtime.control.plan({ kind: "chunks", chunks: wordsAsChunks(words), delayMs: 20 });
    const runner = setup.client().chat.completions.stream(ASKED);
    runner.once("content", () => runner.abort());
    await assert.rejects(runner.finalContent(), APIUserAbortError);
    await until(async () => (await setup.worker.runtime.control.modelCalls())[0]?.aborted === true);
  });

  // Miniflare does not tell a Worker that a client left before its answer began: here the model talks to its end.
  it("settles what it cost and asks no second time when a client aborts that waits for a whole answer", async () => {
    const key = await setup.worker.makeKey("umbrella", ["chat"]);
    const client = setup.client({ apiKey: key, maxRetries: 2 });
    const calls = async () => setup.worker.runtime.control.modelCalls();
    const usage = async () =>
      (await setup.worker.call("/usage", { tenant: "umbrella", key })).json.data as unknown as Usage;
    const words = Array.from({ length: 20 }, (_, n) => `word ${n} `);
    await setup.worker.runtime.control.plan({ kind: "chunks", chunks: wordsAsChunks(words), delayMs: 20 });
    const controller = new AbortController();
    const answer = client.chat.completions.create(ASKED, { signal: controller.signal });
    await until(async () => (await calls()).length === 1);
    controller.abort();
    await assert.rejects(answer, APIUserAbortError);
    await until(async () => {
      const [{ used, reserved } = { used: 0, reserved: 0 }] = (await usage()).budgets;
      return reserved === 0 && used > 0;
    });
    assert.equal((await calls()).length, 1);
  });

  it("tells a failure in mid-stream as an error event, after the text so far and without [DONE]", async () => {
    await setup.worker.runtime.control.plan({ kind: "cut", afterTokens: 3 });
    const stream = await setup.client().chat.completions.create({ ...ASKED, stream: true });
    let text = "";
    await assert.rejects(
      async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      },
      (error) => error instanceof APIError && error.code === "model_unavailable" && error.type === "server_error",
    );
    assert.notEqual(text, "");

    await setup.worker.runtime.control.plan({ kind: "cut", afterTokens: 3 });
    const raw = await setup
      .client()
      .chat.completions.create({ ...ASKED, stream: true })
      .asResponse();
    assert.doesNotMatch(await raw.text(), /\[DONE\]/);
  });

  it("answers a failure in the middle of a whole answer with a status", async () => {
    await setup.worker.runtime.control.plan({ kind: "garbage", body: '{"response":"The library opens at' });
    await assert.rejects(setup.client().chat.completions.create(ASKED), InternalServerError);
  });

  it("carries a request id that the client shows", async () => {
    const { response, request_id: requestId } = await setup.client().chat.completions.create(ASKED).withResponse();
    assert.ok(requestId !== null && requestId.length > 0);
    assert.equal(response.headers.get("x-request-id"), requestId);
  });

  it("leaves every model call in the gateway's log with tenant, route and trace", async () => {
    const { request_id: requestId } = await setup.client().chat.completions.create(ASKED).withResponse();
    const logs = await setup.worker.runtime.control.gatewayLogs();
    const own = logs.find(({ metadata }) => metadata["trace"] === requestId);
    assert.equal(own?.metadata["tenant"], "acme");
    assert.equal(own.metadata["route"], "/v1/chat/completions");
    assert.equal(own.model, MODEL);
  });
});

interface Usage {
  readonly budgets: readonly { readonly used: number; readonly reserved: number }[];
}
