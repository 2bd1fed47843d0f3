import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import * as z from "#base/zod";

import type { TextPart } from "#ai-gateway/model-client";
import { decodeEvents } from "#base/server-sent-events";
import { streamCompletion } from "#openai/stream-completion";

const head = { id: "chatcmpl-1", created: 1_700_000_000, model: 'a "model"\n' };
const end: TextPart = {
  type: "end",
  usage: { tokensIn: 2, tokensOut: 3, isEstimate: false },
  finishReason: "stop",
};

const chunkSchema = z.strictObject({
  id: z.literal(head.id),
  object: z.literal("chat.completion.chunk"),
  created: z.literal(head.created),
  model: z.literal(head.model),
  choices: z.array(
    z.strictObject({
      index: z.literal(0),
      delta: z.strictObject({
        role: z.optional(z.literal("assistant")),
        content: z.optional(z.string()),
        refusal: z.optional(z.null()),
        tool_calls: z.optional(z.array(z.looseObject({ index: z.int() }))),
      }),
      logprobs: z.null(),
      finish_reason: z.nullable(z.string()),
    }),
  ),
  usage: z.optional(z.nullable(z.object({ total_tokens: z.int() }))),
});

async function* inBatches(batches: readonly TextPart[][], failure?: Error): AsyncGenerator<TextPart[]> {
  for (const batch of batches) yield await Promise.resolve(batch);
  if (failure !== undefined) throw failure;
}

async function* oneByOne(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

interface Streamed {
  readonly chunks: z.output<typeof chunkSchema>[];
  /** Data of the events that are no chunks. */
  readonly rest: string[];
  /** How many pieces of bytes there were. */
  readonly writes: number;
}

async function stream(batches: AsyncIterable<TextPart[]>, includesUsage = false): Promise<Streamed> {
  const onLeave = () => assert.fail("nobody has left");
  const describeFailure = (thrown: unknown) => ({ error: { message: String(thrown) } });
  const pieces: Uint8Array[] = [];
  const body = await streamCompletion(head, batches, { includesUsage, describeFailure, onLeave });
  if (typeof body === "string") pieces.push(new TextEncoder().encode(body));
  else for await (const piece of body) pieces.push(piece);
  const all: string[] = [];
  for await (const { data } of decodeEvents(oneByOne(pieces))) all.push(data);
  const isChunk = (data: string) => data.startsWith('{"id"');
  return {
    chunks: all.filter(isChunk).map((data) => chunkSchema.parse(JSON.parse(data))),
    rest: all.filter((data) => !isChunk(data)),
    writes: pieces.length,
  };
}

function readerOf(body: ReadableStream<Uint8Array> | string): ReadableStreamDefaultReader<Uint8Array> {
  assert.ok(typeof body !== "string", "the answer is no stream");
  return body.getReader();
}

const deltas = ({ chunks }: Streamed) => chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));

describe("streamCompletion", () => {
  it("loses nothing of any text, however it is cut and batched", async () => {
    const texts = fc.array(fc.array(fc.string({ unit: "binary", minLength: 1 })));
    await fc.assert(
      fc.asyncProperty(texts, fc.boolean(), async (batched, includesUsage) => {
        const parts = batched.map((batch): TextPart[] => batch.map((text) => ({ type: "text", text })));
        const streamed = await stream(inBatches([...parts, [end]]), includesUsage);
        const joined = deltas(streamed).map(({ content = "" }) => content);
        // JSON in UTF-8 carries well-formed text only; a lone surrogate is escaped and comes back.
        assert.equal(joined.join(""), batched.flat().join(""));
        assert.deepEqual(streamed.rest, ["[DONE]"]);
      }),
    );
  });

  it("says the role first and once, and the reason of the end last", async () => {
    const { chunks } = await stream(inBatches([[{ type: "text", text: "a" }], [{ type: "text", text: "b" }, end]]));
    assert.deepEqual(
      chunks.map(({ choices }) => choices[0]?.delta),
      [{ role: "assistant", content: "", refusal: null }, { content: "a" }, { content: "b" }, {}],
    );
    assert.deepEqual(
      chunks.map(({ choices }) => choices[0]?.finish_reason),
      [null, null, null, "stop"],
    );
  });

  it("tells the usage in a chunk without choices, only when asked to", async () => {
    const asked = (await stream(inBatches([[end]]), true)).chunks;
    assert.deepEqual(asked.at(-1)?.choices, []);
    assert.equal(asked.at(-1)?.usage?.total_tokens, 5);
    assert.ok(asked.slice(0, -1).every(({ usage }) => usage === null));
    assert.ok((await stream(inBatches([[end]]))).chunks.every((chunk) => !("usage" in chunk)));
  });

  it("numbers the tool calls", async () => {
    const call = (id: string): TextPart => ({ type: "tool_call", call: { id, name: "add", arguments: "{}" } });
    const streamed = await stream(inBatches([[call("a")], [call("b"), end]]));
    assert.deepEqual(
      deltas(streamed).flatMap(({ tool_calls: calls = [] }) => calls),
      ["a", "b"].map((id, index) => ({ index, id, type: "function", function: { name: "add", arguments: "{}" } })),
    );
  });

  it("writes what came together in one piece", async () => {
    const batch = Array.from({ length: 66 }, (): TextPart => ({ type: "text", text: "x" }));
    assert.equal((await stream(inBatches([batch, [end]]))).writes, 2);
  });

  it("gives an answer as text that is complete at once, and one that breaks off at once", async () => {
    const options = { includesUsage: false, describeFailure: () => ({ error: "x" }), onLeave: () => undefined };
    const whole = await streamCompletion(head, inBatches([[{ type: "text", text: "a" }, end]]), options);
    assert.ok(typeof whole === "string" && whole.endsWith("data: [DONE]\n\n"));
    const broken = await streamCompletion(head, inBatches([], new Error("gone")), options);
    assert.equal(broken, 'data: {"error":"x"}\n\n');
  });

  it("ends with an error event and without [DONE] when the answer breaks off", async () => {
    const streamed = await stream(inBatches([[{ type: "text", text: "a" }]], new Error("gone")));
    assert.equal(deltas(streamed).at(-1)?.content, "a");
    assert.deepEqual(streamed.rest, ['{"error":{"message":"Error: gone"}}']);
  });

  it("cancels the answer when the client leaves", async () => {
    let isCancelled = false;
    async function* endless(): AsyncGenerator<TextPart[]> {
      try {
        for (;;) yield await Promise.resolve([{ type: "text", text: "x" } as const]);
      } finally {
        isCancelled = true;
      }
    }
    const options = { includesUsage: false, describeFailure: () => ({}), onLeave: () => undefined };
    const reader = readerOf(await streamCompletion(head, endless(), options));
    await reader.read();
    await reader.cancel();
    assert.ok(isCancelled);
  });

  it("cancels an answer that has fallen silent, and calls that no failure", async () => {
    const leaving = new AbortController();
    let isSettled = false;
    async function* silent(): AsyncGenerator<TextPart[]> {
      try {
        yield [{ type: "text", text: "x" }];
        await new Promise((_, reject) => leaving.signal.addEventListener("abort", () => reject(new Error("left"))));
      } finally {
        isSettled = true;
      }
    }
    const options = {
      includesUsage: false,
      describeFailure: () => assert.fail("it is no failure"),
      onLeave: () => leaving.abort(),
    };
    const reader = readerOf(await streamCompletion(head, silent(), options));
    await reader.read();
    const waiting = reader.read();
    await reader.cancel();
    assert.equal((await waiting).done, true);
    assert.ok(isSettled);
  });
});
