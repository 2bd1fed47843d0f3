import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { driftFacts, makeBuild } from "../testing/plan-fixtures.js";
import { editJson } from "./edit-json-file.js";
import { planProvision } from "./plan-provision.js";
import { missingResources, resourcesOf } from "./resources.js";

const fresh = makeBuild("b1", { environments: {} });
const wanted = resourcesOf(fresh.config, fresh.environment, fresh.rendered);
const nothing = {
  namespace: undefined,
  database: undefined,
  index: undefined,
  metadataIndexes: [],
  hasGateway: false,
  queues: [],
  own: new Map<string, string>(),
};

describe("planProvision", () => {
  it("makes everything, and writes the ids last", () => {
    const { steps } = planProvision({ wanted, found: nothing, pendingMigrations: ["0001.sql"], hasReleases: false });
    assert.deepEqual(
      steps.map(({ do: what }) => what),
      ["kv", "database", "migrate", "index", "metadata-index", "metadata-index", "gateway", "releases", "write-ids"],
    );
  });

  it("does nothing the second time", () => {
    const { wanted: known, found } = driftFacts(makeBuild());
    const plan = planProvision({ wanted: known, found, pendingMigrations: [], hasReleases: true });
    assert.deepEqual([plan.steps, plan.refusals], [[], []]);
    assert.ok(plan.lines.every(({ sign }) => sign === "="));
  });

  it("takes what exists under its name and writes its ids", () => {
    const { found } = driftFacts(makeBuild());
    const { steps } = planProvision({ wanted, found, pendingMigrations: [], hasReleases: true });
    assert.deepEqual(steps, [{ do: "write-ids", fields: ["kvNamespaceId", "d1DatabaseId"] }]);
  });

  it("refuses to replace what an id names and is not there, and an index of another shape", () => {
    const { wanted: known, found } = driftFacts(makeBuild());
    const lost = planProvision({
      wanted: known,
      found: { ...found, database: undefined },
      pendingMigrations: [],
      hasReleases: true,
    });
    assert.match(lost.refusals[0]?.why ?? "", /D1 database .* is not in the account/);
    const index = { name: "acme-production", config: { dimensions: 384, metric: "cosine" } };
    const other = planProvision({
      wanted: known,
      found: { ...found, index },
      pendingMigrations: [],
      hasReleases: true,
    });
    assert.match(other.refusals[0]?.why ?? "", /384 dimensions/);
  });
});

describe("what is behind a tenant's own bindings", () => {
  const [kvId, databaseId] = ["b".repeat(32), "11111111-0000-4000-8000-000000000000"];
  const own = (kv?: string, d1?: string) =>
    resourcesOf(fresh.config, fresh.environment, {
      ...fresh.rendered,
      kv_namespaces: [...fresh.rendered.kv_namespaces, { binding: "NOTES", ...(kv === undefined ? {} : { id: kv }) }],
      d1_databases: [
        ...fresh.rendered.d1_databases,
        {
          binding: "LEDGER",
          database_name: "acme-production-ledger",
          ...(d1 === undefined ? {} : { database_id: d1 }),
        },
      ],
      r2_buckets: [{ binding: "UPLOADS", bucket_name: "acme-production-uploads" }],
      vectorize: [...fresh.rendered.vectorize, { binding: "FACES", index_name: "acme-production-faces" }],
    });
  const plan = (resources: ReturnType<typeof own>, found: ReadonlyMap<string, string>) =>
    planProvision({ wanted: resources, found: { ...nothing, own: found }, pendingMigrations: [], hasReleases: true });
  const ownSteps = (...args: Parameters<typeof plan>): readonly unknown[] =>
    plan(...args).steps.flatMap((step): readonly unknown[] => {
      if (step.do === "own") return [step.resource.binding];
      return step.do === "write-own-ids" ? [step.bindings] : [];
    });
  const all = new Map([
    ["NOTES", kvId],
    ["LEDGER", databaseId],
    ["UPLOADS", "acme-production-uploads"],
    ["FACES", "acme-production-faces"],
  ]);

  it("is made, and the ids of those that have one are written last", () => {
    const bindings = ["NOTES", "LEDGER"];
    assert.deepEqual(ownSteps(own(), new Map()), [...bindings, "UPLOADS", "FACES", bindings]);
    assert.deepEqual(ownSteps(own(), all), [bindings], "taken by their names");
    assert.deepEqual(ownSteps(own(kvId, databaseId), all), []);
    assert.ok(
      plan(own(), new Map()).lines.some(
        ({ text }) => text === "R2 bucket acme-production-uploads, of the binding UPLOADS",
      ),
    );
  });

  it("is missed by a deploy, and never replaced when an id leads nowhere", () => {
    const found = { ...nothing, own: new Map<string, string>() };
    const missing = missingResources(own(kvId), found).filter((name) => name.includes("of the binding"));
    assert.deepEqual(missing, [
      "KV namespace acme-production-notes, of the binding NOTES",
      "the id of the D1 database acme-production-ledger, of the binding LEDGER, in tenant.config.json",
      "R2 bucket acme-production-uploads, of the binding UPLOADS",
      "Vectorize index acme-production-faces, of the binding FACES",
    ]);
    assert.match(plan(own(kvId), new Map()).refusals[0]?.why ?? "", /acme-production-notes.*is not in the account/);
  });
});

describe("editJson", () => {
  it("keeps comments and everything else", () => {
    const text = '{\n  // who\n  "a": { "x": 1 }, // there\n  "b": [1,2]\n}\n';
    const edited = editJson(text, [[["a", "y"], "two"]]);
    assert.match(edited, /\/\/ who/);
    assert.match(edited, /\/\/ there/);
    assert.match(edited, /"y": "two"/);
    assert.match(edited, /"b": \[1,2\]/);
  });
});
