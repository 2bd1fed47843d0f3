import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { TextPart } from "#ai-gateway/model-client";
import { collectCompletion, completionSchema, newCompletionHead } from "#openai/completion";

const head = newCompletionHead("the-model", 1_700_000_000_999);
const usage = { tokensIn: 2, tokensOut: 3, isEstimate: false };

async function* inBatches(...batches: TextPart[][]): AsyncGenerator<TextPart[]> {
  for (const batch of batches) yield await Promise.resolve(batch);
}

describe("collectCompletion", () => {
  it("joins what comes in pieces into one object of OpenAI's shape", async () => {
    const completion = await collectCompletion(
      head,
      inBatches(
        [{ type: "text", text: "Hel" }],
        [
          { type: "text", text: "lo" },
          { type: "end", usage, finishReason: "length" },
        ],
      ),
    );
    assert.deepEqual(completionSchema.parse(completion), completion);
    assert.equal(completion.created, 1_700_000_000);
    assert.equal(completion.choices[0]?.message.content, "Hello");
    assert.equal(completion.choices[0].finish_reason, "length");
    assert.deepEqual(completion.usage, { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 });
  });

  it("has no content where the model only asked for tools", async () => {
    const call = { id: "call_1", name: "add", arguments: "{}" };
    const completion = await collectCompletion(
      head,
      inBatches([
        { type: "tool_call", call },
        { type: "end", usage: { ...usage, isEstimate: true }, finishReason: "tool_calls" },
      ]),
    );
    const { message } = completion.choices[0] ?? {};
    assert.equal(message?.content, null);
    assert.equal(message.tool_calls?.[0]?.function.name, "add");
    assert.equal(completion.usage.estimated, true);
  });
});
