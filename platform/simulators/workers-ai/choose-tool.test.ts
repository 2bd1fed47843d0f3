import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ChatRequest } from "./chat-request.js";
import { chooseTool } from "./choose-tool.js";
import type { ChatMessage } from "./parse-messages.js";

const tools = [
  { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
  { name: "weather-history", parameters: {} },
];

describe("chooseTool", () => {
  it("calls the tool that the user plainly names, with the JSON that follows", () => {
    const call = choose([
      { role: "user", content: 'Please use the tool weather with {"city": "Paris", "at": {"hour": 9}} now' },
    ]);
    assert.deepEqual(call, { name: "weather", arguments: { city: "Paris", at: { hour: 9 } } });
  });

  it("does not take a longer name for a shorter one", () => {
    assert.equal(choose([{ role: "user", content: "call weather-history" }])?.name, "weather-history");
  });

  it("calls no tool for a message that only mentions one", () => {
    assert.equal(choose([{ role: "user", content: "How is the weather?" }]), undefined);
  });

  it("calls the tool that tool_choice demands", () => {
    const call = choose([{ role: "user", content: "Anything" }], "weather");
    assert.deepEqual(call, { name: "weather", arguments: { city: "Anything" } });
  });

  it("calls nothing more once a tool has answered", () => {
    assert.equal(
      choose(
        [
          { role: "user", content: "use weather" },
          { role: "tool", content: "sunny" },
        ],
        "weather",
      ),
      undefined,
    );
  });
});

function choose(messages: readonly ChatMessage[], requiredTool?: string) {
  const request: ChatRequest = {
    messages,
    tools,
    requiredTool,
    jsonSchema: undefined,
    stream: false,
    maxTokens: 1,
    promptTokens: 1,
  };
  return chooseTool(request);
}
