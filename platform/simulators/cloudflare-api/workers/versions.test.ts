import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { applyMigrations, checkClasses } from "./apply-migrations.js";
import { createVersion, emptyScript } from "./create-version.js";
import type { UploadMetadata } from "./parse-upload.js";

const script = emptyScript("acme", "tag", 0);
const origin = { id: "v", nowMs: 0, authorEmail: "ops@example.com", source: "wrangler" };
const metadata = (given: Partial<UploadMetadata>): UploadMetadata => ({
  main_module: "worker.js",
  bindings: [],
  keep_bindings: [],
  compatibility_date: "2026-10-01",
  compatibility_flags: [],
  annotations: {},
  ...given,
});
const secret = { type: "secret_text", name: "SECRET", text: "s" };

describe("createVersion", () => {
  const first = createVersion(script, metadata({ bindings: [secret] }), [], origin, true);
  const after = { ...script, versions: [first] };

  it("numbers versions and keeps the annotations", () => {
    const next = createVersion(after, metadata({ annotations: { "workers/tag": "t" } }), [], origin, true);
    assert.equal(next.number, 2);
    assert.equal(next.annotations["workers/tag"], "t");
  });

  it("keeps bindings of the kinds that are named, and no others", () => {
    const kept = createVersion(after, metadata({ keep_bindings: ["secret_text"] }), [], origin, true);
    assert.deepEqual(kept.bindings, [secret]);
    assert.deepEqual(createVersion(after, metadata({}), [], origin, true).bindings, []);
  });

  it("inherits a binding, and refuses one that is not there", () => {
    const inherit = (name: string) => metadata({ bindings: [{ type: "inherit", name }] });
    assert.deepEqual(createVersion(after, inherit("SECRET"), [], origin, true).bindings, [secret]);
    assert.throws(() => createVersion(after, inherit("OTHER"), [], origin, true), { code: 10_057 });
  });
});

describe("applyMigrations", () => {
  const v1 = applyMigrations(script, { new_tag: "v1", steps: [{ new_sqlite_classes: ["A"] }] }, () => "ns");

  it("makes, renames and deletes classes; a renamed one keeps its namespace", () => {
    const steps = [{ renamed_classes: [{ from: "A", to: "B" }] }, { new_classes: ["C"] }, { deleted_classes: ["C"] }];
    const v2 = applyMigrations(v1, { old_tag: "v1", new_tag: "v2", steps }, () => "other");
    assert.deepEqual(v2.classes, { B: { storage: "sqlite", namespaceId: "ns" } });
    assert.equal(v2.migrationTag, "v2");
  });

  it("refuses a migration that does not follow, and a class that is there", () => {
    const again = { new_tag: "v1", steps: [{ new_sqlite_classes: ["A"] }] };
    assert.throws(() => applyMigrations(v1, again, () => "ns"), { status: 412 });
    assert.throws(() => applyMigrations(v1, { ...again, old_tag: "v1" }, () => "ns"), { code: 10_074 });
  });

  it("lets bindings use only classes that a migration has made", () => {
    const binding = (name: string) => [{ type: "durable_object_namespace", name: "X", class_name: name }];
    checkClasses(v1, binding("A"));
    assert.throws(() => checkClasses(v1, binding("B")), { code: 10_061 });
    assert.throws(() => checkClasses(v1, binding("constructor")), { code: 10_061 });
  });
});
