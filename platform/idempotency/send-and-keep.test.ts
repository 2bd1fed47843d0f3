import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { sendAndKeep } from "#idempotency/send-and-keep";

/** A body of chunks, and how many of them were taken. */
function bodyOf(sizes: readonly number[]): { body: ReadableStream<Uint8Array>; taken: () => number } {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const size = sizes[taken];
        if (size === undefined) controller.close();
        else controller.enqueue(new Uint8Array(size).fill(++taken));
      },
    },
    { highWaterMark: 0 },
  );
  return { body, taken: () => taken };
}

const bytesOf = async (stream: ReadableStream<Uint8Array>) => new Uint8Array(await new Response(stream).arrayBuffer());

describe("sendAndKeep", () => {
  it("sends what it keeps", async () => {
    const { sent, kept } = sendAndKeep(bodyOf([2, 1, 3]).body);
    const expected = Uint8Array.of(1, 1, 2, 3, 3, 3);
    assert.deepEqual(await bytesOf(sent), expected);
    assert.deepEqual(await kept, expected);
  });

  it("goes on to the end when the client leaves", async () => {
    const { body, taken } = bodyOf([1, 1, 1, 1]);
    const { sent, kept } = sendAndKeep(body);
    const reader = sent.getReader();
    await reader.read();
    await reader.cancel();
    assert.deepEqual(await kept, Uint8Array.of(1, 2, 3, 4));
    assert.equal(taken(), 4);
  });

  it("does not wait for a client that does not read", async () => {
    assert.equal((await sendAndKeep(bodyOf([5, 5]).body).kept)?.byteLength, 10);
  });

  it("keeps what just fits, and sends what does not", async () => {
    assert.equal((await sendAndKeep(bodyOf([4, 4]).body, 8).kept)?.byteLength, 8);
    const { sent, kept } = sendAndKeep(bodyOf([4, 4, 1, 4]).body, 8);
    assert.equal((await bytesOf(sent)).byteLength, 13);
    assert.equal(await kept, undefined);
  });

  it("breaks off for the client where the body does", async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error("gone")),
    });
    const { sent, kept } = sendAndKeep(body);
    await assert.rejects(bytesOf(sent), /gone/);
    await assert.rejects(kept, /gone/);
  });
});
