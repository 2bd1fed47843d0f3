import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { formatConfigProblems, parseTenantConfig, type ConfigProblem } from "#tenancy/parse-tenant-config";

const minimal = { tenantId: "acme", displayName: "Acme Inc.", accountId: "0123456789abcdef0123456789abcdef" };

function problemsOf(value: unknown): readonly ConfigProblem[] {
  const result = parseTenantConfig(value);
  assert.ok(!result.ok, "the config was accepted");
  return result.problems;
}

describe("parseTenantConfig", () => {
  it("fills every default of a minimal config", () => {
    const result = parseTenantConfig(minimal);
    assert.ok(result.ok);
    assert.equal(result.config.enabled, true);
    assert.equal(result.config.vectorize.dimensions, 768);
    assert.deepEqual(result.config.auth.anonymousScopes, []);
  });

  it("names a missing field", () => {
    const problems = problemsOf({ ...minimal, displayName: undefined });
    assert.equal(problems[0]?.field, "displayName");
    assert.match(problems[0].remedy, /add "displayName"/);
  });

  it("names the field and the wanted type of a wrong one", () => {
    const problems = problemsOf({ ...minimal, ai: { models: { chat: 7 } } });
    assert.equal(problems[0]?.field, "ai.models.chat");
    assert.match(problems[0].rule, /expected string/);
    assert.match(problems[0].remedy, /string/);
  });

  it("refuses an unknown key and suggests the one that was meant", () => {
    const problems = problemsOf({ ...minimal, environments: { production: { hostname: ["a.example"] } } });
    assert.equal(problems[0]?.field, "environments.production.hostname");
    assert.match(problems[0].remedy, /did you mean "hostnames"/);
  });

  it("refuses a reserved id", () => {
    const problems = problemsOf({ ...minimal, tenantId: "constructor" });
    assert.equal(problems[0]?.field, "tenantId");
    assert.match(problems[0].rule, /reserved/);
  });

  it("refuses resources shared between environments", () => {
    const id = "00000000-0000-4000-8000-000000000000";
    const problems = problemsOf({
      ...minimal,
      environments: { dev: { resources: { d1DatabaseId: id } }, production: { resources: { d1DatabaseId: id } } },
    });
    assert.equal(problems[0]?.field, "environments.production.resources.d1DatabaseId");
    assert.match(problems[0].rule, /used by dev as well/);
  });

  it("refuses a name that collides with a derived one", () => {
    const problems = problemsOf({ ...minimal, environments: { dev: { workerName: "acme-production" } } });
    assert.equal(problems[0]?.field, "environments.production.workerName");
  });

  it("refuses an overlap of half a chunk or more", () => {
    const problems = problemsOf({ ...minimal, search: { chunking: { size: 200, overlap: 100 } } });
    assert.equal(problems[0]?.field, "search.chunking.overlap");
  });

  for (const value of [null, 7, "text", [], {}, JSON.parse(`{"__proto__":${JSON.stringify(minimal)}}`) as unknown]) {
    it(`refuses ${JSON.stringify(value)} without crashing`, () => {
      assert.ok(problemsOf(value).length > 0);
    });
  }

  it("formats file, field, rule and remedy", () => {
    const text = formatConfigProblems("tenants/acme/tenant.config.json", problemsOf({ ...minimal, tenantId: "A" }));
    assert.match(text, /tenants\/acme\/tenant\.config\.json: .*1 problem\)\n {2}tenantId\n {4}rule: .*\n {4}remedy: /s);
  });
});
