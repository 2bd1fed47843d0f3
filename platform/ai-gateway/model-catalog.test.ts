import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { catalogEntry, MODEL_CATALOG, outputShapeOf } from "#ai-gateway/model-catalog";
import { costMicroUsd } from "#ai-gateway/model-cost";

describe("the model catalog", () => {
  it("names each model once", () => {
    assert.equal(new Set(MODEL_CATALOG.map(({ id }) => id)).size, MODEL_CATALOG.length);
  });

  it("knows dimensions of embedding models only, and prices that are whole micro-dollars", () => {
    for (const { id, kind, dimensions, price, contextTokens } of MODEL_CATALOG) {
      assert.equal(dimensions !== undefined, kind === "embedding", id);
      assert.ok(contextTokens > 0, id);
      if (price !== undefined) assert.ok(Number.isInteger(price.inMicroUsd) && Number.isInteger(price.outMicroUsd), id);
    }
  });

  it("does not know what only looks like a model", () => {
    for (const id of ["constructor", "__proto__", "", "@cf/none/such"]) assert.equal(catalogEntry(id), undefined);
  });

  it("guesses the shape of a model that only a config names", () => {
    assert.equal(outputShapeOf("@cf/new/model"), "response");
    assert.equal(outputShapeOf("@cf/openai/gpt-next"), "openai");
    assert.equal(outputShapeOf("openai/gpt-5"), "openai");
  });
});

describe("costMicroUsd", () => {
  it("takes the price per million tokens, in and out", () => {
    const million = { tokensIn: 1_000_000, tokensOut: 1_000_000 };
    assert.equal(costMicroUsd("@cf/meta/llama-3.3-70b-instruct-fp8-fast", million), 293_000 + 2_253_000);
    assert.equal(costMicroUsd("@cf/baai/bge-base-en-v1.5", { tokensIn: 1_000, tokensOut: 0 }), 67);
  });

  it("rounds up, so that no use is free", () => {
    assert.equal(costMicroUsd("@cf/baai/bge-base-en-v1.5", { tokensIn: 1, tokensOut: 0 }), 1);
    assert.equal(costMicroUsd("@cf/baai/bge-base-en-v1.5", { tokensIn: 0, tokensOut: 0 }), 0);
  });

  it("does not take an unknown price for none", () => {
    assert.equal(costMicroUsd("openai/gpt-5", { tokensIn: 1, tokensOut: 1 }), undefined);
    assert.equal(costMicroUsd("@cf/deepgram/aura-1", { tokensIn: 1, tokensOut: 1 }), undefined);
  });
});
