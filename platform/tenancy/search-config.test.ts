import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseTenantConfig } from "#tenancy/parse-tenant-config";

const minimal = { tenantId: "acme", displayName: "Acme Inc.", accountId: "0123456789abcdef0123456789abcdef" };

describe("the section search of a config", () => {
  it("has a default for everything", () => {
    const result = parseTenantConfig(minimal);
    assert.ok(result.ok);
    const { retrieval, rerank, understanding, cache, redactPii } = result.config.search;
    assert.deepEqual(retrieval, { lexical: true, vector: true, fusion: "convex", vectorWeight: 1 });
    assert.deepEqual(rerank, { when: "on-request", candidates: 30 });
    assert.deepEqual([understanding.mode, cache.enabled, redactPii], ["rules", true, false]);
  });

  for (const [what, search, field, rule] of [
    ["a search without any side", { retrieval: { lexical: false, vector: false } }, "retrieval.vector", /one side/],
    ["an overlap of half the size", { chunking: { size: 400, overlap: 200 } }, "chunking.overlap", /not below 200/],
    ["a cache that KV would refuse", { cache: { ttlSeconds: 30 } }, "cache.ttlSeconds", /at least 60/],
    [
      "a model that is not on the allow-list",
      { understanding: { mode: "model", model: "@cf/meta/llama-3.2-1b-instruct" } },
      "understanding.model",
      /allow-list/,
    ],
  ] as const) {
    it(`refuses ${what}, and names the field`, () => {
      const result = parseTenantConfig({ ...minimal, search });
      assert.ok(!result.ok, "the config was accepted");
      assert.equal(result.problems[0]?.field, `search.${field}`);
      assert.match(result.problems[0].rule, rule);
    });
  }
});
