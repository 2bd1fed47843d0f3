import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readEventData } from "./read-event-data.js";

const stream = 'data: {"a":"é€𝐫"}\n\n: comment\r\ndata: one\r\ndata: two\r\n\r\nevent: x\rdata:three\r\rdata: cut off';
const expected = ['{"a":"é€𝐫"}', "one\ntwo", "three"];

describe("readEventData", () => {
  it("reads the same events wherever the bytes are cut in two", async () => {
    const bytes = new TextEncoder().encode(stream);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      assert.deepEqual(await read([bytes.slice(0, cut), bytes.slice(cut)]), expected, `cut at ${cut}`);
    }
  });

  it("gives what came together together", async () => {
    const batches = [];
    for await (const batch of readEventData(bodyOf([new TextEncoder().encode(stream)]))) batches.push(batch);
    assert.deepEqual(batches, [expected]);
  });

  it("reads the same events byte by byte", async () => {
    const bytes = new TextEncoder().encode(stream);
    assert.deepEqual(await read(Array.from(bytes, (byte) => Uint8Array.of(byte))), expected);
  });
});

function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = chunks.filter(({ length }) => length > 0);
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const next = left.shift();
      if (next === undefined) {
        controller.close();
        controller.byobRequest?.respond(0);
      } else controller.enqueue(next.slice());
    },
  });
}

async function read(chunks: readonly Uint8Array[]): Promise<string[]> {
  const events: string[] = [];
  for await (const batch of readEventData(bodyOf(chunks))) events.push(...batch);
  return events;
}
