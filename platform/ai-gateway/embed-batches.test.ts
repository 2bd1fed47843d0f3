import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { type EmbeddedBatch, embedInBatches, parseEmbeddings } from "#ai-gateway/embed-batches";

const texts = (count: number) => Array.from({ length: count }, (_, n) => String(n));
const embedded = (batch: readonly string[]): EmbeddedBatch => ({
  vectors: batch.map((text) => [Number(text)]),
  usage: { tokensIn: batch.length, tokensOut: 0, isEstimate: false },
});
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe("embedInBatches", () => {
  it("keeps the order, sums the usage, and has at most two batches under way", async () => {
    let running = 0;
    let most = 0;
    const sizes: number[] = [];
    const { vectors, usage } = await embedInBatches(texts(450), undefined, async (batch) => {
      most = Math.max(most, ++running);
      sizes.push(batch.length);
      // Later batches are quicker.
      for (let left = 5 - sizes.length; left > 0; left--) await tick();
      running--;
      return embedded(batch);
    });
    assert.deepEqual(sizes, [100, 100, 100, 100, 50]);
    assert.equal(most, 2);
    assert.deepEqual(vectors.flat(), texts(450).map(Number));
    assert.equal(usage.tokensIn, 450);
  });

  it("makes no call for no texts", async () => {
    const { vectors } = await embedInBatches([], undefined, () => assert.fail("it was called"));
    assert.deepEqual(vectors, []);
  });

  it("aborts the other batch when one fails, and begins no further one", async () => {
    const started: string[] = [];
    const work = embedInBatches(texts(500), undefined, (batch, signal) => {
      started.push(batch[0] ?? "");
      if (started.length === 1) return Promise.reject(new Error("down"));
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    });
    await assert.rejects(work, /down/);
    await tick();
    assert.deepEqual(started, ["0", "100"]);
  });

  it("hands on the caller's abort", async () => {
    const abort = new AbortController();
    abort.abort(new Error("left"));
    await assert.rejects(
      embedInBatches(texts(1), abort.signal, (_, signal) => Promise.reject(signal.reason as Error)),
      /left/,
    );
  });
});

describe("parseEmbeddings", () => {
  it("reads vectors and usage, and estimates a usage that is not told", () => {
    const told = parseEmbeddings('{"shape":[1,2],"data":[[0.5,1]],"usage":{"prompt_tokens":4}}', ["a"]);
    assert.deepEqual(told, { vectors: [[0.5, 1]], usage: { tokensIn: 4, tokensOut: 0, isEstimate: false } });
    assert.equal(parseEmbeddings('{"data":[[1]]}', ["two words"]).usage.isEstimate, true);
  });

  for (const json of [
    "<html>",
    "null",
    "{}",
    '{"data":[]}',
    '{"data":[[]]}',
    '{"data":[[1],[2]]}',
    '{"data":[["x"]]}',
    '{"data":[[null]]}',
  ]) {
    it(`refuses ${json} for one text`, () => {
      assert.throws(() => parseEmbeddings(json, ["a"]), { kind: "unavailable" });
    });
  }

  it("refuses vectors of different lengths", () => {
    assert.throws(() => parseEmbeddings('{"data":[[1],[1,2]]}', ["a", "b"]), { kind: "unavailable" });
  });
});
