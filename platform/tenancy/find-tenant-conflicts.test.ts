import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { findTenantConflicts } from "#tenancy/find-tenant-conflicts";
import { ownBindingsSchema } from "#tenancy/own-bindings";
import { tenantConfigSchema } from "#tenancy/tenant-config";

const file = (tenantId: string, extra: object = {}) => ({
  file: `tenants/${tenantId}/tenant.config.json`,
  config: tenantConfigSchema.parse({
    tenantId,
    displayName: tenantId,
    accountId: "0123456789abcdef0123456789abcdef",
    ...extra,
  }),
});
const production = (environment: object) => ({ environments: { production: environment } });

describe("findTenantConflicts", () => {
  it("finds nothing between two tenants that share nothing", () => {
    assert.deepEqual(findTenantConflicts([file("acme"), file("globex")]), []);
  });

  it("finds a host name that two tenants claim, in any environment", () => {
    const conflicts = findTenantConflicts([
      file("acme", production({ hostnames: ["chat.example.com"] })),
      file("globex", { environments: { dev: { hostnames: ["chat.example.com"] } } }),
    ]);
    assert.equal(conflicts.length, 1);
    assert.equal(conflicts[0]?.file, "tenants/globex/tenant.config.json");
    assert.equal(conflicts[0].field, "environments.dev.hostnames.0");
    assert.match(conflicts[0].rule, /tenants\/acme\/tenant\.config\.json/);
  });

  it("finds a database that two tenants of an account share", () => {
    const resources = { d1DatabaseId: "00000000-0000-4000-8000-000000000000" };
    const conflicts = findTenantConflicts([
      file("acme", production({ resources })),
      file("globex", production({ resources })),
    ]);
    assert.deepEqual(
      conflicts.map((conflict) => conflict.field),
      ["environments.production.resources.d1DatabaseId"],
    );
  });

  it("finds what is behind a tenant's own binding in another tenant's config, by id and by name", () => {
    const own = (tenantId: string, bindings: object, extra: object = {}) => {
      const { file: path, config } = file(tenantId, extra);
      return { file: path, config: { ...config, bindings: ownBindingsSchema.parse(bindings) } };
    };
    const ids = { production: "00000000-0000-4000-8000-000000000000" };
    const notes = { NOTES: { kind: "d1", ids } };
    const fieldsOf = (...files: Parameters<typeof findTenantConflicts>[0]): readonly string[] =>
      findTenantConflicts(files).map(({ field }) => field);
    assert.deepEqual(fieldsOf(own("acme", notes), own("globex", notes)), ["bindings.NOTES.ids.production"]);
    const platforms = file("globex", production({ resources: { d1DatabaseId: ids.production } }));
    assert.deepEqual(fieldsOf(own("acme", notes), platforms), ["environments.production.resources.d1DatabaseId"]);
    const named = production({ resources: { vectorizeIndex: "acme-production-faces" } });
    const faces = own("acme", { FACES: { kind: "vectorize" } });
    assert.deepEqual(fieldsOf(faces, file("globex", named)), ["environments.production.resources.vectorizeIndex"]);
    const uploads = { UPLOADS: { kind: "r2" }, JOBS: { kind: "queue" }, POINTS: { kind: "analytics" } };
    assert.deepEqual(fieldsOf(own("acme", uploads), own("globex", uploads)), []);
  });

  it("lets tenants share an index by namespaces, and never one that is a tenant's alone", () => {
    const shared = production({ resources: { vectorizeIndex: "everybodys" } });
    const alone = { ...shared, vectorize: { mode: "index" } };
    assert.deepEqual(findTenantConflicts([file("acme", shared), file("globex", shared)]), []);
    for (const files of [
      [file("acme", alone), file("globex", alone)],
      [file("acme", shared), file("globex", alone)],
      [file("acme", alone), file("globex", shared)],
    ]) {
      assert.deepEqual(
        findTenantConflicts(files).map(({ field }) => field),
        ["environments.production.resources.vectorizeIndex"],
      );
    }
  });

  it("allows the same resource names in different accounts", () => {
    const named = production({ workerName: "chat" });
    const other = { ...named, accountId: "f".repeat(32) };
    assert.deepEqual(findTenantConflicts([file("acme", named), file("globex", other)]), []);
  });
});
