import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readToKeep } from "#idempotency/read-to-keep";

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

describe("readToKeep", () => {
  it("gives the bytes in their order", async () => {
    assert.deepEqual(await readToKeep(bodyOf([2, 1, 3]).body), Uint8Array.of(1, 1, 2, 3, 3, 3));
  });

  it("gives no bytes of no body", async () => {
    assert.equal((await readToKeep(null))?.byteLength, 0);
  });

  it("keeps what just fits", async () => {
    assert.equal((await readToKeep(bodyOf([4, 4]).body, 8))?.byteLength, 8);
  });

  it("reads what is too much to its end, so that the work behind it is done, and keeps none of it", async () => {
    const { body, taken } = bodyOf([4, 4, 1, 4]);
    assert.equal(await readToKeep(body, 8), undefined);
    assert.equal(taken(), 4);
  });
});
