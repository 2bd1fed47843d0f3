import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { completionRequestSchema } from "#openai/completion-request";
import { toTextRequest } from "#openai/to-text-request";

const translate = (body: object) =>
  toTextRequest("the-model", completionRequestSchema.parse({ messages: [{ role: "user", content: "hi" }], ...body }));

describe("toTextRequest", () => {
  it("says nothing of what the request does not say", () => {
    assert.deepEqual(translate({ temperature: null, tools: [], stop: [] }), {
      model: "the-model",
      messages: [{ role: "user", content: "hi" }],
    });
  });

  it("keeps zeros", () => {
    assert.deepEqual(translate({ temperature: 0, top_p: 0, seed: 0 }), {
      model: "the-model",
      messages: [{ role: "user", content: "hi" }],
      temperature: 0,
      topP: 0,
      seed: 0,
    });
  });

  it("prefers the newer name of the token limit", () => {
    assert.equal(translate({ max_tokens: 5 }).maxTokens, 5);
    assert.equal(translate({ max_tokens: 5, max_completion_tokens: 6 }).maxTokens, 6);
  });

  it("makes a list of a single stop sequence", () => {
    assert.deepEqual(translate({ stop: "\n" }).stop, ["\n"]);
  });

  it("joins text parts by lines, and takes developer for system", () => {
    const content = [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ];
    assert.deepEqual(translate({ messages: [{ role: "developer", content }] }).messages, [
      { role: "system", content: "a\nb" },
    ]);
  });

  it("carries a conversation with tools in both directions", () => {
    const call = { id: "call_1", type: "function", function: { name: "add", arguments: '{"a":1}' } };
    const { messages, tools, toolChoice } = translate({
      messages: [
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "call_1", content: "3" },
      ],
      tools: [{ type: "function", function: { name: "add" } }],
      tool_choice: { type: "function", function: { name: "add" } },
    });
    assert.deepEqual(messages, [
      { role: "assistant", content: "", toolCalls: [{ id: "call_1", name: "add", arguments: '{"a":1}' }] },
      { role: "tool", content: "3", toolCallId: "call_1" },
    ]);
    assert.deepEqual(tools, [{ name: "add", parameters: { type: "object", properties: {} } }]);
    assert.deepEqual(toolChoice, { name: "add" });
  });

  it("unwraps the schema of the answer", () => {
    const json_schema = { name: "n", schema: { type: "object" }, strict: true };
    assert.deepEqual(translate({ response_format: { type: "json_schema", json_schema } }).responseFormat, {
      type: "json_schema",
      ...json_schema,
    });
    assert.deepEqual(translate({ response_format: { type: "json_object" } }).responseFormat, { type: "json_object" });
  });
});
