import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { endpointUrl } from "./upstream.js";
import { UpstreamTranslator, chatBody, wholeAnswer } from "./upstream-format.js";

describe("chatBody", () => {
  it("writes tools, tool calls and schemas in OpenAI's form", () => {
    const body = chatBody(
      {
        messages: [
          { role: "user", content: "hi" },
          { role: "assistant", content: "", tool_calls: [{ name: "add", arguments: { a: 1 } }] },
        ],
        tools: [{ name: "add", parameters: {} }],
        response_format: { type: "json_schema", json_schema: { type: "object" } },
        stream: true,
        max_tokens: 7,
      },
      "llama",
    );
    assert.equal(body["model"], "llama");
    assert.equal(body["max_tokens"], 7);
    assert.deepEqual(body["stream_options"], { include_usage: true });
    assert.deepEqual(body["tools"], [{ type: "function", function: { name: "add", parameters: {} } }]);
    assert.deepEqual((body["messages"] as unknown[])[1], {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "call_0", type: "function", function: { name: "add", arguments: '{"a":1}' } }],
    });
    assert.deepEqual(body["response_format"], {
      type: "json_schema",
      json_schema: { name: "answer", schema: { type: "object" } },
    });
  });

  it("sends a prompt as one user message", () => {
    assert.deepEqual(chatBody({ prompt: "hi" }, "m")["messages"], [{ role: "user", content: "hi" }]);
  });
});

describe("wholeAnswer", () => {
  it("gives tool calls with parsed arguments", () => {
    const message = { content: null, tool_calls: [{ function: { name: "add", arguments: '{"a":1}' } }] };
    assert.deepEqual(
      wholeAnswer({ choices: [{ message }], usage: { prompt_tokens: 2, completion_tokens: 3 } }, false),
      {
        response: null,
        tool_calls: [{ name: "add", arguments: { a: 1 } }],
        usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 },
      },
    );
  });
});

describe("UpstreamTranslator", () => {
  it("gathers the pieces of a tool call", () => {
    const translator = new UpstreamTranslator("response");
    const piece = (call: unknown) => JSON.stringify({ choices: [{ delta: { tool_calls: [call] } }] });
    const events = [
      piece({ index: 0, function: { name: "add", arguments: "" } }),
      piece({ index: 0, function: { arguments: '{"a"' } }),
      piece({ index: 0, function: { arguments: ":1}" } }),
      "[DONE]",
    ].flatMap((data) => [...translator.push(data)]);
    assert.deepEqual(events[0]?.data, { response: "", tool_calls: [{ name: "add", arguments: { a: 1 } }] });
    assert.equal(events.at(-1)?.data, "[DONE]");
  });

  it("breaks when the stream ends without [DONE] or carries an error", () => {
    assert.throws(() => new UpstreamTranslator("response").end(), /without \[DONE\]/);
    assert.throws(() => [...new UpstreamTranslator("response").push('{"error":{"message":"no"}}')], /carried an error/);
  });
});

describe("endpointUrl", () => {
  it("takes a base address with or without /v1", () => {
    for (const base of ["http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/"]) {
      assert.equal(endpointUrl(base, "chat/completions"), "http://h:1/v1/chat/completions");
    }
  });
});
