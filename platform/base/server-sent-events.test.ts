import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { decodeEvents, encodeEvent, type ServerSentEvent } from "#base/server-sent-events";

async function decodeAll(chunks: readonly Uint8Array[]): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  for await (const event of decodeEvents(source())) events.push(event);
  return events;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...[...at].sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.slice(places[index], end));
}

const stream = new TextEncoder().encode(
  ': comment\r\nretry: 10\r\nevent: message\r\nid: 1\r\ndata: {"content":"héllo 🌍"}\r\n\r\ndata: a\ndata: b\n\ndata:c\r\rdata\n\ndata: cut off',
);
const expected: ServerSentEvent[] = [
  { event: "message", id: "1", data: '{"content":"héllo 🌍"}' },
  { data: "a\nb" },
  { data: "c" },
  { data: "" },
];

describe("server-sent events", () => {
  it("survive a cut at every pair of bytes, inside CRLF and UTF-8 too", async () => {
    for (let first = 0; first <= stream.length; first++) {
      for (let second = first; second <= stream.length; second += 7) {
        assert.deepEqual(await decodeAll(cut(stream, [first, second])), expected);
      }
    }
  });

  it("come back from what encodeEvent wrote, whatever the text", async () => {
    const text = fc.string({ unit: "binary" }).map((value) => value.toWellFormed().replace(/\r\n?/g, "\n"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        async (texts, cuts) => {
          const bytes = concat(texts.map((data, index) => encodeEvent({ event: "message", id: String(index), data })));
          const events = await decodeAll(
            cut(
              bytes,
              cuts.map((place) => Math.min(place, bytes.length)),
            ),
          );
          assert.deepEqual(
            events.map((event) => event.data),
            texts,
          );
        },
      ),
    );
  });
});
