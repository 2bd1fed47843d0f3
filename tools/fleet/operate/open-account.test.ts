import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { connectToOf } from "./open-account.js";

describe("connectToOf", () => {
  const simulated = { CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:8899/client/v4" };

  it("leaves hostnames to DNS, unless the account is simulated on this machine", () => {
    assert.equal(connectToOf({}, {}), undefined);
    assert.equal(connectToOf({}, { CLOUDFLARE_API_BASE_URL: "https://api.cloudflare.com/client/v4" }), undefined);
    assert.equal(connectToOf({}, { CLOUDFLARE_API_BASE_URL: "http://127.0.0.1.example/client/v4" }), undefined);
    assert.equal(connectToOf({}, simulated), "http://127.0.0.1:8899");
  });

  it("obeys the option first, then the variable", () => {
    const env = { ...simulated, TENANT_CONNECT_TO: "http://127.0.0.1:1" };
    assert.equal(connectToOf({}, env), "http://127.0.0.1:1");
    assert.equal(connectToOf({ "connect-to": "http://127.0.0.1:2" }, env), "http://127.0.0.1:2");
  });
});
