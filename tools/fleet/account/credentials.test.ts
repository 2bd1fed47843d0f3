import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readCredential, redact, tokenVariable } from "./credentials.js";

describe("readCredential", () => {
  it("takes the tenant's own token, then the common one", () => {
    const env = { CLOUDFLARE_API_TOKEN: "common", CLOUDFLARE_API_TOKEN_ACME_EU: "own" };
    assert.equal(readCredential("acme-eu", env).token, "own");
    assert.equal(readCredential("globex", env).token, "common");
    assert.equal(tokenVariable("a-b-1"), "CLOUDFLARE_API_TOKEN_A_B_1");
  });

  it("names the variables when there is none, and shows nothing of one that is wrong", () => {
    assert.throws(() => readCredential("acme", {}), /no Cloudflare API token for the tenant acme/);
    assert.throws(
      () => readCredential("acme", { CLOUDFLARE_API_TOKEN: '"quoted secret"' }),
      (error) => error instanceof Error && !JSON.stringify(error).includes("quoted"),
    );
  });
});

describe("redact", () => {
  it("takes secrets out, the longest first, and leaves short words", () => {
    assert.equal(
      redact("a secret-token-2 and secret-token", ["secret-token", "secret-token-2"]),
      "a [redacted] and [redacted]",
    );
    assert.equal(redact("yes and no", ["no"]), "yes and no");
  });
});
