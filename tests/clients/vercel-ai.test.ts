import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, embedMany, generateText, Output, stepCountIs, streamText, tool } from "ai";
import * as z from "#base/zod";

import {
  EMBEDDING_MODEL,
  MODELS,
  type OpenAiSetup,
  startOpenAi,
  until,
  wordsAsChunks,
} from "#tests/clients/start-openai";

const system = "The support desk of Acme opens at eight o'clock in the morning.";
const prompt = "When does the support desk open?";

describe("Vercel's ai with its OpenAI-compatible provider", () => {
  let setup: OpenAiSetup;
  before(async () => {
    setup = await startOpenAi();
  });
  beforeEach(() => setup.worker.runtime.control.reset());
  after(() => setup.worker.dispose());

  const provider = (apiKey: string = setup.worker.keys.acme) =>
    createOpenAICompatible({
      name: "acme",
      baseURL: setup.baseURL,
      apiKey,
      includeUsage: true,
      supportsStructuredOutputs: true,
    });

  const weather = tool({
    description: "The weather of a city",
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => `It is snowing in ${city}.`,
  });

  for (const modelId of MODELS) {
    describe(modelId, () => {
      it("generates text", async () => {
        const { text, usage, finishReason } = await generateText({ model: provider()(modelId), system, prompt });
        assert.match(text, /eight o'clock/);
        assert.equal(finishReason, "stop");
        assert.ok((usage.inputTokens ?? 0) > 0 && (usage.outputTokens ?? 0) > 0);
      });

      it("streams text, piece by piece, with its usage", async () => {
        const result = streamText({ model: provider()(modelId), system, prompt });
        const pieces: string[] = [];
        for await (const piece of result.textStream) pieces.push(piece);
        assert.ok(pieces.length > 1);
        assert.match(pieces.join(""), /eight o'clock/);
        assert.ok(((await result.usage).totalTokens ?? 0) > 0);
      });

      it("runs a tool and goes on with its result", async () => {
        const result = await generateText({
          model: provider()(modelId),
          tools: { get_weather: weather },
          stopWhen: stepCountIs(3),
          prompt: 'Use get_weather with {"city": "Oslo"}.',
        });
        assert.equal(result.steps.length, 2);
        assert.deepEqual(result.steps[0]?.toolCalls[0]?.input, { city: "Oslo" });
        assert.match(JSON.stringify(result.steps[0].toolResults), /snowing in Oslo/);
        assert.equal(result.finishReason, "stop");
      });

      it("streams tool calls", async () => {
        const result = streamText({
          model: provider()(modelId),
          tools: { get_weather: weather },
          prompt: 'Use get_weather with {"city": "Bergen"}.',
        });
        const calls = await result.toolCalls;
        assert.deepEqual(calls[0]?.input, { city: "Bergen" });
      });

      it("gives an object that fits a schema", async () => {
        const { output } = await generateText({
          model: provider()(modelId),
          system,
          prompt,
          output: Output.object({ schema: z.object({ answer: z.string(), sure: z.boolean() }) }),
        });
        assert.equal(typeof output.answer, "string");
      });
    });
  }

  it("embeds texts", async () => {
    const model = provider().embeddingModel(EMBEDDING_MODEL);
    const { embeddings, usage } = await embedMany({ model, values: ["kites", "owls"] });
    assert.deepEqual(
      embeddings.map((vector) => vector.length),
      [768, 768],
    );
    assert.ok(usage.tokens > 0);
  });

  it("shows a refusal with its status and our message", async () => {
    const refused = generateText({ model: provider()("gpt-99"), prompt, maxRetries: 0 });
    await assert.rejects(
      refused,
      (error) => APICallError.isInstance(error) && error.statusCode === 404 && error.message.includes("no such model"),
    );
  });

  it("shows a failure in mid-stream as an error, after the text so far", async () => {
    await setup.worker.runtime.control.plan({ kind: "cut", afterTokens: 3 });
    const parts: string[] = [];
    const result = streamText({ model: provider()(MODELS[0]), system, prompt, onError: () => undefined });
    for await (const part of result.fullStream) parts.push(part.type);
    assert.ok(parts.includes("text-delta"));
    assert.ok(parts.includes("error"));
  });

  it("cancels the model's call when it is aborted", async () => {
    const words = Array.from({ length: 500 }, (_, n) => `word ${n} `);
    const { control } = setup.worker.runtime;
    await control.plan({ kind: "chunks", chunks: wordsAsChunks(words), delayMs: 20 });
    const controller = new AbortController();
    const model = provider()(MODELS[0]);
    const result = streamText({ model, prompt, abortSignal: controller.signal, onError: () => undefined });
    const types: string[] = [];
    for await (const part of result.fullStream) {
      types.push(part.type);
      if (part.type === "text-delta") controller.abort();
    }
    assert.equal(types.at(-1), "abort");
    await until(async () => (await control.modelCalls())[0]?.aborted === true);
  });

  it("repeats by itself when the model was down for a moment, as long after as it is told", async () => {
    await setup.worker.runtime.control.failModel(503);
    const startedMs = Date.now();
    const { text } = await generateText({ model: provider()(MODELS[0]), system, prompt, maxRetries: 1 });
    assert.match(text, /eight o'clock/);
    assert.ok(Date.now() - startedMs >= 950);
    assert.equal((await setup.worker.runtime.control.modelCalls()).length, 2);
  });
});
