import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { jsonAt, type JsonPath } from "../../edit/json-text.js";
import { carryOut, changedFiles, type Files } from "../../testing/carry-out.js";
import type { Given } from "../kind.js";
import { bindingKind } from "./binding.js";
import { TENANT_BINDINGS } from "./tenant-bindings.js";

const FILE = "tenants/acme/tenant.config.json";
const BUILD = "tenants/acme/BUILD.bazel";
const GOLDEN = "tenants/acme/golden/wrangler.staging.jsonc";
const configOf = (id: string) => `{
  // Who it is.
  "tenantId": "${id}",
  "displayName": "${id}",
  "accountId": "0123456789abcdef0123456789abcdef" // the shared one
}
`;
const buildOf = (id: string) => `load("//tools/build:defs.bzl", "tenant")\n\ntenant(name = "${id}")\n`;
const TYPES = `// Made by //tools:new of the configs of all tenants. Do not edit.

/** Bindings that some tenants have besides those of the platform. */
export type TenantBindings = object;
`;
const checkout: Files = new Map([
  [FILE, configOf("acme")],
  [BUILD, buildOf("acme")],
  [GOLDEN, "{}\n"],
  ["tenants/globex/tenant.config.json", configOf("globex")],
  ["tenants/globex/BUILD.bazel", buildOf("globex")],
  [TENANT_BINDINGS, TYPES],
  [".prettierrc.json", '{ "printWidth": 120 }'],
]);

/** A value of a text, with the prototype that literals have. */
const valueAt = (text: string, at: JsonPath): unknown => JSON.parse(JSON.stringify(jsonAt(text, at)));
const given = (tenant: string, kind: string, name: string, options: Given["options"] = {}): Given => ({
  arguments: { TENANT: tenant, KIND: kind, NAME: name },
  options,
});
const remove = { remove: true };
const add = (files: Files, ...args: Parameters<typeof given>) => carryOut(files, bindingKind, given(...args));

describe("new binding", () => {
  it("adds it to config, types and the wrangler files that are kept", async () => {
    const changed = changedFiles(checkout, await add(checkout, "acme", "r2", "UPLOADS"));
    assert.deepEqual(Object.keys(changed).toSorted(), [TENANT_BINDINGS, GOLDEN, FILE].toSorted());
    assert.equal(
      changed[FILE],
      configOf("acme")
        .replace(" // the", ", // the")
        .replace("one\n}", 'one\n  "bindings": {\n    "UPLOADS": { "kind": "r2" }\n  }\n}'),
    );
    assert.match(
      changed[TENANT_BINDINGS] ?? "",
      /interface TenantBindings \{\n {2}\/\*\* Of acme\. \*\/\n {2}readonly UPLOADS\?: R2Bucket;\n\}/,
    );
    assert.deepEqual(valueAt(changed[GOLDEN] ?? "", ["r2_buckets"]), [
      { binding: "UPLOADS", bucket_name: "acme-staging-uploads" },
    ]);
  });

  const rendered: readonly (readonly [string, readonly (string | number)[], unknown])[] = [
    ["kv", ["kv_namespaces", 1], { binding: "MINE" }],
    ["d1", ["d1_databases", 1], { binding: "MINE", database_name: "acme-staging-mine" }],
    ["vectorize", ["vectorize", 1], { binding: "MINE", index_name: "acme-staging-mine" }],
    ["queue", ["queues", "producers"], [{ binding: "MINE", queue: "acme-staging-mine" }]],
    ["analytics", ["analytics_engine_datasets", 1], { binding: "MINE", dataset: "acme_staging_mine" }],
    ["do", ["durable_objects", "bindings", 4], { name: "MINE", class_name: "Mine" }],
    ["do", ["migrations", 1], { tag: "v2", new_sqlite_classes: ["Mine"] }],
  ];
  for (const [kind, at, expected] of rendered) {
    it(`renders ${kind} at ${at.join(".")}, and takes it away again`, async () => {
      const after = await add(checkout, "acme", kind, "MINE");
      assert.deepEqual(valueAt(after.get(GOLDEN) ?? "", at), expected);
      assert.deepEqual(changedFiles(after, await add(after, "acme", kind, "MINE")), {}, "adding twice changes nothing");
      const removed = await add(after, "acme", kind, "MINE", remove);
      if (kind !== "do")
        assert.equal(
          removed.get(FILE),
          configOf("acme").replace(" // the", ", // the").replace("one\n", 'one\n  "bindings": {}\n'),
        );
      assert.equal(removed.get(TENANT_BINDINGS), TYPES);
      assert.equal(removed.get(BUILD)?.includes("objects/mine") ?? false, false);
    });
  }

  it("makes a class with its test, and tells the tenant's bundle", async () => {
    const changed = changedFiles(checkout, await add(checkout, "acme", "do", "ORDERS", { class: "order-book" }));
    const folder = "platform/worker/objects/order-book";
    for (const file of [
      "BUILD.bazel",
      "order-book-object.ts",
      "order-book-object.test.ts",
      "testing/BUILD.bazel",
      "testing/entry.ts",
    ]) {
      assert.ok(`${folder}/${file}` in changed, file);
    }
    assert.match(changed[`${folder}/order-book-object.ts`] ?? "", /export class OrderBook extends DurableObject/);
    assert.match(
      changed[BUILD] ?? "",
      /tenant\(\n {4}name = "acme",\n {4}objects = \["\/\/platform\/worker\/objects\/order-book"\],\n\)/,
    );
  });

  it("deletes a class by a migration, and never uses a tag or a name again", async () => {
    const once = await add(checkout, "acme", "do", "MINE");
    const removed = await add(once, "acme", "do", "MINE", remove);
    assert.deepEqual(valueAt(removed.get(GOLDEN) ?? "", ["migrations", 2]), { tag: "v3", deleted_classes: ["Mine"] });
    assert.deepEqual(changedFiles(removed, await add(removed, "acme", "do", "MINE", remove)), {});
    await assert.rejects(add(removed, "acme", "do", "MINE"), /deleted by the migration v3/);
    const other = await add(removed, "acme", "do", "OTHER");
    assert.deepEqual(valueAt(other.get(FILE) ?? "", ["bindings", "OTHER"]), {
      kind: "do",
      object: "other",
      migration: "v4",
    });
  });

  it("gives a second tenant the same class, and both the type once", async () => {
    const both = await add(await add(checkout, "acme", "do", "MINE"), "globex", "do", "MINE");
    assert.match(
      both.get(TENANT_BINDINGS) ?? "",
      /Of acme, globex\. \*\/\n {2}readonly MINE\?: DurableObjectNamespace;/,
    );
    await assert.rejects(add(both, "globex", "kv", "MINE"), /has MINE already, as do/);
  });

  const refusals: readonly (readonly [Given, RegExp])[] = [
    [given("initech", "kv", "CACHE"), /no tenant "initech"/],
    [given("acme", "kafka", "CACHE"), /no kind of binding "kafka"/],
    [given("acme", "ai", "AI"), /every tenant has the binding AI/],
    [given("acme", "kv", "cache"), /"cache" is no binding's name/],
    [given("acme", "kv", "KV"), /KV is a binding of the platform/],
    [given("acme", "do", "MINE", { class: "../x" }), /no name of a class/],
  ];
  for (const [request, message] of refusals) {
    it(`refuses ${Object.values(request.arguments).join(" ")}`, async () => {
      await assert.rejects(carryOut(checkout, bindingKind, request), message);
    });
  }

  it("refuses one name for two kinds of things, whichever tenant has it", async () => {
    const once = await add(checkout, "acme", "r2", "UPLOADS");
    await assert.rejects(add(once, "globex", "kv", "UPLOADS"), /UPLOADS is a r2 binding of acme/);
  });
});
