import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { driftFacts, makeBuild } from "../testing/plan-fixtures.js";
import { editJson } from "./edit-json-file.js";
import { planProvision } from "./plan-provision.js";
import { resourcesOf } from "./resources.js";

const fresh = makeBuild("b1", { environments: {} });
const wanted = resourcesOf(fresh.config, fresh.environment, fresh.rendered);
const nothing = {
  namespace: undefined,
  database: undefined,
  index: undefined,
  metadataIndexes: [],
  hasGateway: false,
  queues: [],
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
