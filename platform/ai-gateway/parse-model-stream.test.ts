import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { TextPart } from "#ai-gateway/model-client";
import { parseModelStream } from "#ai-gateway/parse-model-stream";
import { PlatformError } from "#base/errors";

const bytesOf = (...events: string[]) => new TextEncoder().encode(events.map((event) => `data: ${event}\n\n`).join(""));

async function parse(chunks: readonly Uint8Array[], prompt = "two words"): Promise<TextPart[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  const parts: TextPart[] = [];
  for await (const part of parseModelStream(source(), prompt)) parts.push(part);
  return parts;
}
const textOf = (parts: readonly TextPart[]) => parts.map((part) => (part.type === "text" ? part.text : "")).join("");

const workersAi = bytesOf(
  '{"response":"Grüße "}',
  '{"response":"","p":"x"}',
  '{"response":"🌍!"}',
  '{"response":"","usage":{"prompt_tokens":7,"completion_tokens":3}}',
  "[DONE]",
);

describe("parseModelStream", () => {
  it("reads the same at every pair of cuts, inside UTF-8 too", async () => {
    for (let first = 0; first <= workersAi.length; first++) {
      for (let second = first; second <= workersAi.length; second += 5) {
        const parts = await parse([workersAi.slice(0, first), workersAi.slice(first, second), workersAi.slice(second)]);
        assert.equal(textOf(parts), "Grüße 🌍!");
        assert.deepEqual(parts.at(-1), {
          type: "end",
          usage: { tokensIn: 7, tokensOut: 3, isEstimate: false },
          finishReason: "stop",
        });
      }
    }
  });

  it("reads OpenAI's shape with its finish reason", async () => {
    const parts = await parse([
      bytesOf(
        '{"choices":[{"delta":{"role":"assistant"}}]}',
        '{"choices":[{"delta":{"content":"Hi"},"finish_reason":null}]}',
        '{"choices":[{"delta":{},"finish_reason":"length"}]}',
        '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}',
        "[DONE]",
      ),
    ]);
    assert.equal(textOf(parts), "Hi");
    assert.deepEqual(parts.at(-1), {
      type: "end",
      usage: { tokensIn: 1, tokensOut: 2, isEstimate: false },
      finishReason: "length",
    });
  });

  it("ignores what comes after [DONE]", async () => {
    assert.equal(textOf(await parse([bytesOf('{"response":"a"}', "[DONE]", '{"response":"b"}', "garbage")])), "a");
  });

  it("ends after nothing but empty tokens", async () => {
    const parts = await parse([bytesOf('{"response":""}', '{"response":""}', '{"response":""}', "[DONE]")]);
    assert.deepEqual(
      parts.map((part) => part.type),
      ["end"],
    );
  });

  it("estimates the usage a provider does not tell, and says so", async () => {
    const end = (await parse([bytesOf('{"response":"four letters here"}')])).at(-1);
    assert.ok(end?.type === "end" && end.usage.isEstimate && end.usage.tokensIn >= 2 && end.usage.tokensOut >= 3);
  });

  for (const data of ['{"errors":[{"message":"secret detail"}]}', "<html>", "[1"]) {
    it(`fails on ${data} without repeating it`, async () => {
      await assert.rejects(parse([bytesOf('{"response":"a"}', data)]), (error) => {
        return (
          error instanceof PlatformError && error.code === "model_unavailable" && !error.message.includes("secret")
        );
      });
    });
  }
});
