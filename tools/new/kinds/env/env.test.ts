import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseTenantConfigText } from "#tools/tenant/config/read-tenant-config";
import { renderWranglerConfig } from "#tools/tenant/config/wrangler-config";
import { carryOut, changedFiles, type Files } from "../../testing/carry-out.js";
import type { Given } from "../kind.js";
import { envKind } from "./env.js";

const MODEL = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
const FILE = "tenants/acme/tenant.config.json";
const CONFIG = `{
  // Who it is.
  "tenantId": "acme",
  "displayName": "Acme",
  "accountId": "0123456789abcdef0123456789abcdef",
  "environments": {
    "production": { "hostnames": ["ai.acme.example"] } // live
  }
}
`;
const checkout: Files = new Map([
  [FILE, CONFIG],
  ["tenants/acme/golden/wrangler.staging.jsonc", "{}\n"],
  [".prettierrc.json", '{ "printWidth": 120 }'],
]);
const given = (tenant: string, env: string, options: Given["options"] = {}): Given => ({
  arguments: { TENANT: tenant, ENV: env },
  options,
});

describe("new env", () => {
  it("adds an environment, its comments kept, and renders the wrangler files that are kept", async () => {
    const after = await carryOut(checkout, envKind, given("acme", "staging", { host: ["x.acme.example"] }));
    const { [FILE]: config = "", ...golden } = changedFiles(checkout, after);
    assert.equal(
      config,
      CONFIG.replace("} // live", '}, // live\n    "staging": {\n      "hostnames": ["x.acme.example"]\n    }'),
    );
    const result = parseTenantConfigText(FILE, config, "acme");
    assert.ok(result.ok);
    assert.deepEqual(golden, {
      "tenants/acme/golden/wrangler.staging.jsonc": renderWranglerConfig(result.config, "staging"),
    });
  });

  it("adds host names to those that are there, and sets name and model", async () => {
    const options = { host: ["b.acme.example", "ai.acme.example"], "worker-name": "acme", "chat-model": MODEL };
    const once = await carryOut(checkout, envKind, given("acme", "production", options));
    const result = parseTenantConfigText(FILE, once.get(FILE) ?? "", "acme");
    assert.ok(result.ok, result.ok ? "" : result.report);
    const { hostnames, workerName, models } = result.config.environments.production;
    assert.deepEqual([hostnames, workerName, models.chat], [["ai.acme.example", "b.acme.example"], "acme", MODEL]);
    assert.deepEqual(changedFiles(once, await carryOut(once, envKind, given("acme", "production", options))), {});
  });

  for (const [request, message] of [
    [given("globex", "staging"), /no tenant "globex": there are acme/],
    [given("../acme", "staging"), /no tenant/],
    [given("acme", "test"), /no environment "test"/],
    [given("acme", "staging", { host: ["ai.acme.example"] }), /environments never share/],
    [given("acme", "staging", { host: ["no host"] }), /must be a host name/],
  ] as const) {
    it(`refuses ${JSON.stringify(request)}`, async () => {
      await assert.rejects(carryOut(checkout, envKind, request), message);
    });
  }
});
