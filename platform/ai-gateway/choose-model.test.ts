import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { allowedModels, chooseChatModel, chooseEmbeddingModel } from "#ai-gateway/choose-model";
import { tenantConfigSchema } from "#tenancy/tenant-config";

const tenant = tenantConfigSchema.parse({
  tenantId: "acme",
  displayName: "Acme",
  accountId: "0123456789abcdef0123456789abcdef",
  environments: { staging: { models: { chat: "x/staging", embedding: "@cf/baai/bge-m3" } } },
  ai: {
    models: { chat: "x/default" },
    allowedModels: ["x/staging", "x/search", "x/other", "@cf/baai/bge-m3"],
    routes: { "/search": { chat: "x/search" } },
  },
});
const staging = { environment: "staging", route: "/chat" } as const;
const production = { environment: "production", route: "/chat" } as const;

describe("chooseChatModel", () => {
  it("takes the request's model before the route's, the environment's and the tenant's", () => {
    assert.equal(chooseChatModel(tenant, production), "x/default");
    assert.equal(chooseChatModel(tenant, staging), "x/staging");
    assert.equal(chooseChatModel(tenant, { ...staging, route: "/search" }), "x/search");
    assert.equal(chooseChatModel(tenant, { ...staging, route: "/search", requested: "x/other" }), "x/other");
  });

  it("lets a route's name decide nothing that the config does not hold", () => {
    for (const route of ["constructor", "__proto__", ""])
      assert.equal(chooseChatModel(tenant, { ...production, route }), "x/default");
  });

  it("refuses a model outside the allow-list, and an embedding model that is on it", () => {
    for (const requested of ["x/none", "@cf/baai/bge-m3", "@cf/meta/llama-3.1-8b-instruct", "__proto__"])
      assert.throws(() => chooseChatModel(tenant, { ...production, requested }), { code: "model_not_allowed" });
  });

  it("tells unknown from not allowed where it is asked to", () => {
    const ask = (requested: string) => () => chooseChatModel(tenant, { ...production, requested, tellsUnknown: true });
    assert.throws(ask("gpt-4o"), { code: "model_not_found" });
    assert.throws(ask("@cf/meta/llama-3.1-8b-instruct"), { code: "model_not_allowed" });
    assert.throws(ask("@cf/baai/bge-m3"), { code: "model_not_allowed" });
  });
});

describe("chooseEmbeddingModel", () => {
  it("takes the environment's model before the tenant's", () => {
    assert.equal(chooseEmbeddingModel(tenant, production), "@cf/baai/bge-base-en-v1.5");
    assert.equal(chooseEmbeddingModel(tenant, staging), "@cf/baai/bge-m3");
  });

  it("refuses a chat model", () => {
    assert.throws(() => chooseEmbeddingModel(tenant, { ...production, requested: "x/other" }), {
      code: "model_not_allowed",
    });
  });
});

describe("allowedModels", () => {
  it("lists the tenant's own model first, then the allowed ones of the same kind", () => {
    assert.deepEqual(allowedModels(tenant, "chat"), ["x/default", "x/staging", "x/search", "x/other"]);
    assert.deepEqual(allowedModels(tenant, "embedding"), ["@cf/baai/bge-base-en-v1.5", "@cf/baai/bge-m3"]);
  });
});
