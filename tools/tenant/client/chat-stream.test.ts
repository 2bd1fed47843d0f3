import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";

import { runChatTurn, type ChatAnswer } from "#tools/tenant/client/chat-stream";
import { CommandError } from "#tools/command/command-line";

const event = (name: string, data: object): string => `id: 1\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const start = event("start", { sessionId: "s1", modelId: "m", traceId: "t" });
const usage = { modelId: "m", tokensIn: 1, tokensOut: 2, totalTokens: 3, latencyMs: 4 };

/** Answers a turn with these bytes, in pieces of `size`, and hears every piece of text. */
async function ask(stream: string, size = 7): Promise<{ answer: ChatAnswer; pieces: string[] }> {
  const bytes = new TextEncoder().encode(stream);
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let from = 0; from < bytes.length; from += size) response.write(bytes.subarray(from, from + size));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const pieces: string[] = [];
  try {
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    return { answer: await runChatTurn({ url, apiKey: "k" }, { message: "hi" }, (text) => pieces.push(text)), pieces };
  } finally {
    server.close();
  }
}

describe("runChatTurn", () => {
  it("hands over each piece and sums the turn up, wherever the bytes are cut", async () => {
    const text = ["Grüße", " 🦉", "!"].map((content) => event("message", { content })).join("");
    const citation = event("citation", { n: 1, docId: "a.md", verdict: "supported" });
    const { answer, pieces } = await ask(
      start + text + citation + event("done", { ok: true, usage, finishReason: "stop" }),
      1,
    );
    assert.deepEqual(pieces, ["Grüße", " 🦉", "!"]);
    assert.deepEqual(answer, {
      sessionId: "s1",
      content: "Grüße 🦉!",
      citations: [{ n: 1, docId: "a.md", verdict: "supported" }],
      modelId: "m",
      finishReason: "stop",
      usage,
    });
  });

  it("passes over events that it does not know", async () => {
    const { answer } = await ask(
      `${start}${event("tool_call", { tool: "x" })}: ping\n\n${event("done", { ok: true })}`,
    );
    assert.equal(answer.content, "");
  });

  it("throws what the stream reports as an error", async () => {
    const failed =
      start + event("error", { code: "model_unavailable", message: "The model is unavailable", traceId: "t9" });
    await assert.rejects(ask(failed + event("done", { ok: false })), (error) => {
      assert.ok(error instanceof CommandError);
      assert.equal(error.message, "The model is unavailable");
      assert.equal(error.hints.why, "model_unavailable, trace t9");
      return true;
    });
  });

  it("says that an answer broke off", async () => {
    await assert.rejects(ask(start + event("message", { content: "half" })), /the answer broke off/);
  });
});
