import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ChatMessage } from "#ai-gateway/model-client";
import { turnPrompt } from "#chat/turn-prompt";

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
/** 100 tokens. */
const LONG = "word ".repeat(80);
const parts = { system: "Be brief.", messages: [user("now?")], maxTokens: 100 };
const history = [user(`1 ${LONG}`), assistant(`2 ${LONG}`), user(`3 ${LONG}`), assistant(`4 ${LONG}`)];

describe("turnPrompt", () => {
  it("is the system prompt, the history and what is new, in this order", () => {
    const prompt = turnPrompt({ ...parts, history }, 8_192);
    assert.deepEqual(prompt, [{ role: "system", content: "Be brief." }, ...history, user("now?")]);
  });

  it("leaves the oldest out where the context window is full, and never begins with an answer", () => {
    const kept = (contextTokens: number) =>
      turnPrompt({ ...parts, history }, contextTokens)
        .slice(1, -1)
        .map(({ content }) => content[0]);
    assert.deepEqual(kept(600), ["1", "2", "3", "4"]);
    assert.deepEqual(kept(500), ["3", "4"]);
    assert.deepEqual(kept(400), ["3", "4"]);
    assert.deepEqual(kept(250), []);
  });

  it("sends what is new also when nothing fits: the model's own refusal says more than silence", () => {
    assert.deepEqual(turnPrompt({ ...parts, history }, 10).at(-1), user("now?"));
  });

  it("leaves room for the answer", () => {
    assert.equal(turnPrompt({ ...parts, history, maxTokens: 8_000 }, 8_192).length, 2);
  });
});
