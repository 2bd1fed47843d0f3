import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { PlatformError, type ErrorCode } from "#base/errors";
import { resolveTenant, type TenantSources } from "#tenancy/resolve-tenant";
import { tenantConfigSchema } from "#tenancy/tenant-config";
import { TenantDirectory } from "#tenancy/tenant-directory";

const account = "0123456789abcdef0123456789abcdef";
const config = (tenantId: string, extra: object = {}) =>
  tenantConfigSchema.parse({
    tenantId,
    displayName: tenantId,
    accountId: account,
    environments: { production: { hostnames: [`${tenantId}.example`] } },
    ...extra,
  });
const silo = TenantDirectory.load([config("acme")], "production");
const pool = TenantDirectory.load([config("acme"), config("globex")], "production");
const from = (sources: Partial<TenantSources>): TenantSources => ({
  header: undefined,
  hostname: "elsewhere.example",
  credential: undefined,
  ...sources,
});
const refuses = (directory: TenantDirectory, sources: Partial<TenantSources>, code: ErrorCode) =>
  assert.throws(
    () => resolveTenant(directory, from(sources)),
    (error) => error instanceof PlatformError && error.code === code,
  );

describe("resolveTenant in a silo", () => {
  it("needs no header and no known host", () => {
    assert.equal(resolveTenant(silo, from({})).tenantId, "acme");
  });

  it("accepts its own id in the header", () => {
    assert.equal(resolveTenant(silo, from({ header: "acme" })).tenantId, "acme");
  });

  for (const header of ["globex", "constructor", "__proto__", "ACME", "", "a", "acme ", "acme:x", "x".repeat(64)]) {
    it(`does not know the tenant ${JSON.stringify(header)}`, () => {
      refuses(silo, { header }, "tenant_unknown");
    });
  }

  it("demands the header when the tenant asks for it", () => {
    const strict = TenantDirectory.load([config("acme", { tenancy: { requireHeader: true } })], "production");
    refuses(strict, {}, "tenant_required");
    assert.equal(resolveTenant(strict, from({ header: "acme" })).tenantId, "acme");
  });

  it("hides a disabled tenant", () => {
    refuses(TenantDirectory.load([config("acme", { enabled: false })], "production"), {}, "tenant_unknown");
  });

  it("ignores whose key it is: authentication refuses that", () => {
    assert.equal(resolveTenant(silo, from({ credential: "globex" })).tenantId, "acme");
  });
});

describe("resolveTenant in a pool", () => {
  it("takes nothing for granted", () => {
    refuses(pool, {}, "tenant_required");
    refuses(pool, { credential: "constructor" }, "tenant_required");
  });

  it("finds the tenant by header, by host and by credential", () => {
    assert.equal(resolveTenant(pool, from({ header: "globex" })).tenantId, "globex");
    assert.equal(resolveTenant(pool, from({ hostname: "GLOBEX.example" })).tenantId, "globex");
    assert.equal(resolveTenant(pool, from({ credential: "globex" })).tenantId, "globex");
  });

  it("refuses a header and a host that disagree", () => {
    refuses(pool, { header: "acme", hostname: "globex.example" }, "tenant_mismatch");
  });

  it("lets the header decide over a credential", () => {
    assert.equal(resolveTenant(pool, from({ header: "acme", credential: "globex" })).tenantId, "acme");
  });
});
