import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { type ConfigProblem, parseTenantConfig } from "#tenancy/parse-tenant-config";

const minimal = { tenantId: "acme", displayName: "Acme Inc.", accountId: "0123456789abcdef0123456789abcdef" };
const DEFAULT_CHAT = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";

function problemsOf(ai: object, environments: object = {}): readonly ConfigProblem[] {
  const result = parseTenantConfig({ ...minimal, ai, environments });
  return result.ok ? [] : result.problems;
}

describe("the ai section of a config", () => {
  it("has a default for everything", () => {
    const result = parseTenantConfig(minimal);
    assert.ok(result.ok);
    const { models, routes, fallbacks, timeouts, cacheTtlSeconds } = result.config.ai;
    assert.equal(models.chat, DEFAULT_CHAT);
    assert.deepEqual([routes, fallbacks, cacheTtlSeconds], [{}, {}, 0]);
    assert.ok(timeouts.firstTokenMs < timeouts.totalMs);
  });

  it("takes routes, environments and fallbacks that keep to the allow-list", () => {
    const ai = {
      models: { chat: "x/default", rerank: "@cf/baai/bge-reranker-base", speech: "@cf/deepgram/aura-1" },
      allowedModels: ["x/small", "@cf/baai/bge-m3"],
      routes: { "/search": { chat: "x/small" } },
      fallbacks: { "x/default": ["x/small"], "x/small": ["x/default"] },
    };
    assert.deepEqual(problemsOf(ai, { staging: { models: { chat: "x/small", embedding: "@cf/baai/bge-m3" } } }), []);
  });

  const outside = "x/outside";
  for (const [field, ai, environments] of [
    ["ai.routes./search.chat", { routes: { "/search": { chat: outside } } }, {}],
    ["environments.staging.models.chat", {}, { staging: { models: { chat: outside } } }],
    ["environments.production.models.embedding", {}, { production: { models: { embedding: outside } } }],
    [`ai.fallbacks.${DEFAULT_CHAT}.0`, { fallbacks: { [DEFAULT_CHAT]: [outside] } }, {}],
    [`ai.fallbacks.${outside}`, { fallbacks: { [outside]: [DEFAULT_CHAT] } }, {}],
  ] as const) {
    it(`refuses a model outside the allow-list at ${field}, and says what to do`, () => {
      const [problem, ...more] = problemsOf(ai, environments);
      assert.deepEqual([problem?.field, more], [field, []]);
      assert.match(problem?.rule ?? "", /"x\/outside" is not on the allow-list/);
      assert.match(problem?.remedy ?? "", /add "x\/outside" to ai\.allowedModels, or name one of/);
    });
  }

  for (const [name, fallbacks] of [
    ["names the model itself", [DEFAULT_CHAT]],
    ["names a model twice", ["x/small", "x/small"]],
  ] as const) {
    it(`refuses a chain that ${name}`, () => {
      const problems = problemsOf({ allowedModels: ["x/small"], fallbacks: { [DEFAULT_CHAT]: fallbacks } });
      assert.equal(problems.length, 1);
      assert.match(problems[0]?.remedy ?? "", /name each model once/);
    });
  }

  it("refuses empty and overlong chains", () => {
    assert.equal(problemsOf({ fallbacks: { [DEFAULT_CHAT]: [] } }).length, 1);
    const allowedModels = ["x/1", "x/2", "x/3", "x/4", "x/5"];
    assert.equal(problemsOf({ allowedModels, fallbacks: { [DEFAULT_CHAT]: allowedModels } }).length, 1);
  });

  it("refuses a first token later than the whole call, and times out of bounds", () => {
    const problems = problemsOf({ timeouts: { firstTokenMs: 30_000, totalMs: 10_000 } });
    assert.deepEqual(
      problems.map(({ field }) => field),
      ["ai.timeouts.firstTokenMs"],
    );
    assert.equal(problemsOf({ timeouts: { totalMs: 86_400_000 } }).length, 1);
    assert.equal(problemsOf({ timeouts: { idleMs: 0 } }).length, 1);
  });

  it("refuses a route that has no model of its own, and suggests the one that was meant", () => {
    const [problem] = problemsOf({ routes: { "/serch": { chat: DEFAULT_CHAT } } });
    assert.equal(problem?.field, "ai.routes./serch");
    assert.match(problem.remedy, /did you mean "\/search"/);
  });
});
