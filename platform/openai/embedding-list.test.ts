import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { PlatformError } from "#base/errors";
import { encodeVector, toEmbeddingList } from "#openai/embedding-list";
import { demandDimensions } from "#openai/embedding-request";

describe("encodeVector", () => {
  it("writes float32, little-endian", () => {
    assert.equal(encodeVector([1, -2]), btoa(String.fromCharCode(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0)));
  });

  it("is read back by whoever reads base64 as OpenAI's clients do", () => {
    const vectors = fc.array(fc.float({ noNaN: true }), { maxLength: 50 });
    fc.assert(
      fc.property(vectors, (vector) => {
        const bytes = Uint8Array.from(atob(encodeVector(vector)), (byte) => byte.charCodeAt(0));
        const view = new DataView(bytes.buffer);
        const read = vector.map((_, index) => view.getFloat32(index * 4, true));
        assert.deepEqual(read, vector);
        assert.equal(bytes.length, vector.length * 4);
      }),
    );
  });
});

describe("toEmbeddingList", () => {
  it("numbers the vectors and tells the tokens", () => {
    const usage = { tokensIn: 4, tokensOut: 0, isEstimate: false };
    assert.deepEqual(toEmbeddingList({ model: "m", dimensions: 1, vectors: [[1], [2]], usage }, "float"), {
      object: "list",
      data: [
        { object: "embedding", index: 0, embedding: [1] },
        { object: "embedding", index: 1, embedding: [2] },
      ],
      model: "m",
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
  });
});

describe("demandDimensions", () => {
  const asked = (dimensions: number) => ({ input: "x", dimensions });

  it("knows the model's, and takes the tenant's for a model that nobody knows", () => {
    demandDimensions("@cf/baai/bge-base-en-v1.5", asked(768), 32);
    demandDimensions("own/model", asked(32), 32);
    for (const [model, dimensions] of [
      ["@cf/baai/bge-base-en-v1.5", 32],
      ["own/model", 768],
    ] as const)
      assert.throws(() => demandDimensions(model, asked(dimensions), 32), PlatformError);
  });
});
