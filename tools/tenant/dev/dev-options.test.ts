import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { builtPath, labelOf } from "#tools/tenant/dev/dev-options";

describe("labelOf", () => {
  it("finds the label of a built file of the tenant, in folders too", () => {
    assert.equal(labelOf("tenants/acme/bundle.js"), "//tenants/acme:bundle.js");
    assert.equal(labelOf("tenants/acme/gen/wrangler.dev.jsonc"), "//tenants/acme:gen/wrangler.dev.jsonc");
  });
});

describe("builtPath", () => {
  it("points into the output tree of the checkout", () => {
    assert.equal(builtPath("/src", "tenants/acme/bundle.js"), "/src/.bazel/bin/tenants/acme/bundle.js");
  });
});
