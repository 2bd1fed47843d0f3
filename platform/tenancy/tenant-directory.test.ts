import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { PlatformError } from "#base/errors";
import { tenantConfigSchema } from "#tenancy/tenant-config";
import { TenantDirectory } from "#tenancy/tenant-directory";

const tenant = (tenantId: string, mode: "namespace" | "index") =>
  tenantConfigSchema.parse({
    tenantId,
    displayName: tenantId,
    accountId: "0123456789abcdef0123456789abcdef",
    vectorize: { mode },
  });

describe("TenantDirectory.load", () => {
  it("refuses a pool in which a tenant wants an index of its own", () => {
    const pool = [tenant("acme", "namespace"), tenant("globex", "index")];
    assert.throws(
      () => TenantDirectory.load(pool, "dev"),
      (error) => error instanceof PlatformError && String(error.cause).includes('globex has vectorize.mode "index"'),
    );
    assert.equal(TenantDirectory.load([tenant("globex", "index")], "dev").sole?.tenantId, "globex");
  });

  it("knows no tenant by the name of an object's property", () => {
    const directory = TenantDirectory.load([tenant("acme", "namespace"), tenant("globex", "namespace")], "dev");
    for (const id of ["constructor", "__proto__", "toString"]) {
      assert.equal(directory.byId(id), undefined);
      assert.equal(directory.byHostname(id), undefined);
    }
  });
});
