import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { tenantConfigSchema } from "#tenancy/tenant-config";
import { accountNamespace } from "#tools/tenant/kv/account-namespace";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const NAMESPACE = "fedcba9876543210fedcba9876543210";
const config = tenantConfigSchema.parse({
  tenantId: "acme-2",
  displayName: "Acme",
  accountId: ACCOUNT,
  environments: { production: { resources: { kvNamespaceId: NAMESPACE } } },
});

describe("accountNamespace", () => {
  it("takes account and namespace from the config, and the tenant's own token before the common one", () => {
    const env = { CLOUDFLARE_API_TOKEN: "common", CLOUDFLARE_API_TOKEN_ACME_2: "own" };
    assert.deepEqual(accountNamespace(config, "production", env), {
      url: `https://api.cloudflare.com/client/v4/accounts/${ACCOUNT}/storage/kv/namespaces/${NAMESPACE}`,
      token: "own",
    });
    assert.equal(accountNamespace(config, "production", { CLOUDFLARE_API_TOKEN: "common" }).token, "common");
  });

  it("takes another address of the API, if the token is safe there", () => {
    const at = (base: string) =>
      accountNamespace(config, "production", { CLOUDFLARE_API_TOKEN: "t", CLOUDFLARE_API_BASE_URL: base }).url;
    assert.match(at("http://127.0.0.1:8080/client/v4/"), /^http:\/\/127\.0\.0\.1:8080\/client\/v4\/accounts\//);
    assert.match(at("https://proxy.example/v4"), /^https:\/\/proxy\.example\/v4\/accounts\//);
    for (const base of ["http://api.example/v4", "http://127.0.0.1.example/v4", "ftp://127.0.0.1", "api"])
      assert.throws(() => at(base), /CLOUDFLARE_API_BASE_URL/, base);
  });

  it("says what is missing: the namespace, the token", () => {
    assert.throws(
      () => accountNamespace(config, "staging", { CLOUDFLARE_API_TOKEN: "t" }),
      /staging of acme-2 has no KV/,
    );
    for (const env of [{}, { CLOUDFLARE_API_TOKEN: "" }, { CLOUDFLARE_API_TOKEN_ACME: "another tenant's" }])
      assert.throws(() => accountNamespace(config, "production", env), /no API token for acme-2/);
  });
});
