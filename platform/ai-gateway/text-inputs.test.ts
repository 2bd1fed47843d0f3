import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { TextRequest } from "#ai-gateway/model-client";
import { promptText, textInputs } from "#ai-gateway/text-inputs";

const llama = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
const gptOss = "@cf/openai/gpt-oss-20b";
const schema = { type: "object", properties: { city: { type: "string" } } };
const request: TextRequest = { model: llama, messages: [{ role: "user", content: "hi" }] };

describe("textInputs", () => {
  it("streams, with room for an answer, and sends nothing that was not asked for", () => {
    assert.deepEqual(textInputs(llama, request), { messages: request.messages, stream: true, max_tokens: 1_024 });
  });

  it("names every option as the provider does", () => {
    const inputs = textInputs(gptOss, {
      ...request,
      temperature: 0,
      topP: 0.5,
      seed: 7,
      maxTokens: 9,
      stop: ["x"],
      user: "u",
      tools: [{ name: "weather", parameters: schema }],
      toolChoice: { name: "weather" },
    });
    assert.deepEqual(inputs, {
      messages: request.messages,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      seed: 7,
      stop: ["x"],
      user: "u",
      tools: [{ type: "function", function: { name: "weather", description: "weather", parameters: schema } }],
      tool_choice: { type: "function", function: { name: "weather" } },
    });
  });

  it("asks for no stream, and for nothing of one, where the answer is wanted whole", () => {
    for (const model of [llama, gptOss]) {
      const inputs = textInputs(model, { ...request, isWhole: true });
      assert.equal(inputs["stream"], false);
      assert.ok(!("stream_options" in inputs));
    }
  });

  it("keeps from Workers AI's own models what they do not know", () => {
    const inputs = textInputs(llama, { ...request, stop: ["x"], user: "u" });
    assert.ok(!("stop" in inputs) && !("user" in inputs) && !("stream_options" in inputs));
  });

  it("asks Workers AI's own models for JSON in one piece and with the bare schema, others as OpenAI does", () => {
    const responseFormat = { type: "json_schema", schema, name: "place", strict: true } as const;
    const own = textInputs(llama, { ...request, responseFormat });
    assert.equal(own["stream"], false);
    assert.deepEqual(own["response_format"], { type: "json_schema", json_schema: schema });
    const other = textInputs(gptOss, { ...request, responseFormat });
    assert.equal(other["stream"], true);
    assert.deepEqual(other["response_format"], {
      type: "json_schema",
      json_schema: { name: "place", schema, strict: true },
    });
    assert.equal(textInputs(llama, { ...request, responseFormat: { type: "text" } })["response_format"], undefined);
  });

  it("carries a round of tool calls in OpenAI's form", () => {
    const call = { id: "c1", name: "weather", arguments: '{"city":"Rome"}' };
    const { messages } = textInputs(llama, {
      ...request,
      messages: [
        { role: "assistant", content: "", toolCalls: [call] },
        { role: "tool", content: "sunny", toolCallId: "c1" },
      ],
    });
    assert.deepEqual(messages, [
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } }],
      },
      { role: "tool", content: "sunny", tool_call_id: "c1" },
    ]);
  });
});

describe("promptText", () => {
  it("holds everything that the model reads: tool calls and offered tools too", () => {
    const text = promptText({
      messages: [
        { role: "user", content: "question" },
        { role: "assistant", content: "", toolCalls: [{ id: "c", name: "called", arguments: "{}" }] },
      ],
      tools: [{ name: "offered", parameters: {} }],
    });
    for (const word of ["question", "called", "offered"]) assert.ok(text.includes(word));
  });
});
