import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SETTINGS } from "#settings/setting";
import { tenantConfigSchema, type TenantConfig } from "#tenancy/tenant-config";

const config = tenantConfigSchema.parse({
  tenantId: "acme",
  displayName: "Acme",
  accountId: "0".repeat(32),
  ai: {
    models: { chat: "x/tenant" },
    allowedModels: ["x/small", "x/route"],
    routes: { "/search": { chat: "x/route" } },
  },
});
const CHAT_MODELS = ["x/tenant", "x/small", "x/route"];

function set(name: string, value: unknown, on: TenantConfig = config): TenantConfig {
  const result = SETTINGS.get(name)?.parse(value, CHAT_MODELS);
  assert.ok(result?.ok, `${name} refused the value`);
  return result.setting.apply(on, "staging");
}

function reasonFor(name: string, value: unknown): string {
  const result = SETTINGS.get(name)?.parse(value, CHAT_MODELS);
  assert.ok(result?.ok === false, `${name} took the value`);
  return result.reason;
}

describe("what can be set at run time", () => {
  it("is every flag, the environment's model and every route's", () => {
    assert.deepEqual(
      [...SETTINGS.keys()],
      [
        "ingestion",
        "openaiApi",
        "searchAnswers",
        "tools",
        "model",
        "model:/chat",
        "model:/search",
        "model:/tools/execute",
        "model:/v1/chat/completions",
      ],
    );
  });

  it("takes the place of the same field of the config, and of nothing else", () => {
    const changed = set("searchAnswers", false, set("model:/chat", "x/small", set("model", "x/route")));
    assert.deepEqual(changed, {
      ...config,
      featureFlags: { ...config.featureFlags, searchAnswers: false },
      ai: { ...config.ai, routes: { ...config.ai.routes, "/chat": { chat: "x/small" } } },
      environments: {
        ...config.environments,
        staging: { ...config.environments.staging, models: { chat: "x/route" } },
      },
    });
    for (const [name, value] of [
      ["searchAnswers", false],
      ["model:/chat", "x/small"],
      ["model", "x/route"],
    ] as const)
      assert.equal(SETTINGS.get(name)?.valueIn(changed, "staging"), value);
  });

  it("tells what a config says: the tenant's model, where neither environment nor route has one", () => {
    const valueIn = (name: string) => SETTINGS.get(name)?.valueIn(config, "production");
    assert.deepEqual(["model", "model:/search", "model:/chat", "ingestion"].map(valueIn), [
      "x/tenant",
      "x/route",
      undefined,
      true,
    ]);
  });

  it("refuses a flag that is no boolean, however much it looks like one", () => {
    for (const value of ["true", "false", 0, 1, null, undefined, {}, []])
      assert.match(reasonFor("searchAnswers", value), /must be true or false/, JSON.stringify(value));
  });

  it("refuses a model outside the allow-list, and what is no model", () => {
    for (const name of ["model", "model:/chat"]) {
      assert.match(reasonFor(name, "x/large"), /allow-list/);
      for (const value of [true, null, ["x/small"]]) assert.match(reasonFor(name, value), /id of a model/);
    }
  });
});
