import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CommandError } from "#tools/command/command-line";
import { memoryTree } from "../../plan/tree.js";
import type { Given } from "../kind.js";
import { tenantKind } from "./tenant.js";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const ACME = `{
  // An example.
  "tenantId": "acme", "displayName": "Acme", "accountId": "${ACCOUNT}",
  "environments": { "production": { "hostnames": ["ai.acme.example"] } }
}`;
const checkout = memoryTree(
  new Map([
    ["tenants/acme/tenant.config.json", ACME],
    ["tenants/README.md", ""],
  ]),
);

const given = (id: string, options: Given["options"] = {}): Given => ({ arguments: { ID: id }, options });
const textsOf = (...args: Parameters<typeof given>): ReadonlyMap<string, string> =>
  new Map(tenantKind.plan(given(...args), checkout).files.map(({ path, text }) => [path, text]));

describe("new tenant", () => {
  it("plans the folder of a tenant", () => {
    const plan = tenantKind.plan(
      given("initech", { host: ["staging=ai.staging.initech.example", "ai.initech.example"] }),
      checkout,
    );
    assert.deepEqual(plan.files.slice(0, 2), [
      {
        path: "tenants/initech/BUILD.bazel",
        text: 'load("//tools/build:defs.bzl", "tenant")\n\ntenant(name = "initech")\n',
      },
      {
        path: "tenants/initech/tenant.config.json",
        text: `{
  "tenantId": "initech",
  "displayName": "Initech",
  "accountId": "${ACCOUNT}",
  "environments": {
    "staging": { "hostnames": ["ai.staging.initech.example"] },
    "production": { "hostnames": ["ai.initech.example"] }
  }
}
`,
      },
    ]);
    assert.equal(plan.files[2]?.path, "tenants/initech/prompts/system.md");
    assert.equal(plan.home, "tenants/initech");
    assert.deepEqual(plan.edits, []);
    assert.equal(plan.next[0]?.command, "tools/bazel run //tenants/initech:dev");
  });

  it("writes policies, origins and tools out on request, and no prompt if none is wanted", () => {
    const texts = textsOf("initech", { policies: true, origin: ["https://app.initech.example"], prompt: false });
    const config = texts.get("tenants/initech/tenant.config.json") ?? "";
    for (const part of ['"anonymousScopes": []', '"perMinute": 60', '"vector_search"', "https://app.initech.example"]) {
      assert.ok(config.includes(part), part);
    }
    assert.ok(!config.includes("ingest_docs"), "a tool that writes is never on by itself");
    assert.equal(texts.has("tenants/initech/prompts/system.md"), false);
  });

  it("takes the answers of a person: several with commas, nothing for none", () => {
    const answered = textsOf("initech", { name: "", account: "", host: "a.initech.example, b.initech.example" });
    assert.match(
      answered.get("tenants/initech/tenant.config.json") ?? "",
      /"production": .*"a\.initech\.example","b\.initech\.example"/,
    );
  });

  const refusals: readonly [string, Given, RegExp][] = [
    ["a reserved id", given("shared"), /"shared" is reserved/],
    ["an id in capitals", given("Initech"), /"Initech" is no tenant's id/],
    ["a path for an id", given("../initech"), /no tenant's id/],
    ["a JavaScript name", given("__proto__"), /no tenant's id/],
    ["a folder that a person made", given("acme"), /tenants\/acme is there already/],
    [
      "a host of another tenant",
      given("initech", { host: ["ai.acme.example"] }),
      /ai\.acme\.example" is taken by tenants\/acme/,
    ],
    ["a host that is none", given("initech", { host: ["https://x.example"] }), /must be a host name/],
    ["one host twice", given("initech", { host: ["staging=x.example", "x.example"] }), /environments never share/],
    ["an environment that is not there", given("initech", { host: ["test=x.example"] }), /no environment "test"/],
    ["an account that is none", given("initech", { account: "mine" }), /accountId must be the 32 hex digits/],
    ["an origin with a path", given("initech", { origin: ["https://x.example/y"] }), /exact origin/],
    ["a tool that is not there", given("initech", { tool: ["sumarize"] }), /no tool "sumarize"/],
  ];
  for (const [what, request, message] of refusals) {
    it(`refuses ${what} in one sentence`, () => {
      assert.throws(
        () => tenantKind.plan(request, checkout),
        (error) =>
          error instanceof CommandError &&
          error.hints.exitCode === 2 &&
          message.test(error.message) &&
          !error.message.includes("\n"),
      );
    });
  }

  it("refuses to guess the account when the tenants have several, and works in a checkout without any", () => {
    const other = ACME.replaceAll("acme", "globex").replace(ACCOUNT, "f".repeat(32));
    const two = memoryTree(
      new Map([
        ["tenants/acme/tenant.config.json", ACME],
        ["tenants/globex/tenant.config.json", other],
      ]),
    );
    assert.throws(() => tenantKind.plan(given("initech"), two), /no account in common: give --account/);
    assert.throws(() => tenantKind.plan(given("initech"), memoryTree(new Map())), /give --account/);
    assert.equal(tenantKind.plan(given("initech", { account: ACCOUNT }), memoryTree(new Map())).files.length, 3);
  });

  it("does not guess what is taken when another tenant's config is broken", () => {
    const broken = memoryTree(new Map([["tenants/acme/tenant.config.json", "{"]]));
    assert.throws(
      () => tenantKind.plan(given("initech", { account: ACCOUNT }), broken),
      /mend another tenant first: tenants\/acme/,
    );
  });
});
