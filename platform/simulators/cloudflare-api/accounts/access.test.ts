import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { CloudflareApi } from "../start-cloudflare-api.js";
import { ACCOUNT, call, OTHER_ACCOUNT, startApi, TOKEN } from "../testing/api-fixture.js";

describe("access to the API", () => {
  let api: CloudflareApi;
  let nowMs = Date.parse("2026-11-01T00:00:00Z");
  const email = "ops@example.com";
  before(async () => {
    api = await startApi({
      nowMs: () => nowMs,
      tokens: [
        { token: TOKEN, accounts: [ACCOUNT], email, permissions: "all" },
        { token: "foreign", accounts: [OTHER_ACCOUNT], email, permissions: "all" },
        { token: "reader", accounts: [ACCOUNT], email, permissions: ["D1 Write", "Workers Scripts Read"] },
        { token: "old", accounts: [ACCOUNT], email, permissions: "all", expiresAtMs: nowMs + 1_000 },
      ],
    });
  });
  after(() => api.close());

  const codeOf = async (method: string, path: string, token: string | null): Promise<number | undefined> =>
    (await call(api, method, path, method === "GET" ? undefined : {}, token)).errors[0]?.code;

  it("refuses a call without a token, with an unknown one, and with one of another account", async () => {
    assert.equal(await codeOf("GET", "/workers/scripts", null), 9_106);
    assert.equal(await codeOf("GET", "/workers/scripts", "unknown"), 9_109);
    assert.equal(await codeOf("GET", "/workers/scripts", "foreign"), 10_000);
    assert.equal(await codeOf("GET", "/workers/scripts", TOKEN), undefined);
  });

  it("grants what a token's permissions name: write includes read, read does not include write", async () => {
    assert.equal(await codeOf("GET", "/workers/scripts", "reader"), undefined);
    assert.equal(await codeOf("DELETE", "/workers/scripts/x", "reader"), 10_000);
    assert.equal(await codeOf("GET", "/d1/database", "reader"), undefined);
    assert.equal(await codeOf("GET", "/storage/kv/namespaces", "reader"), 10_000);
  });

  it("takes a token until it expires, and says so when it is verified", async () => {
    assert.equal(await codeOf("GET", "/workers/scripts", "old"), undefined);
    nowMs += 1_000;
    assert.equal(await codeOf("GET", "/workers/scripts", "old"), 9_109);
    assert.deepEqual((await call(api, "GET", "/user/tokens/verify", undefined, "old")).result, {
      id: email,
      status: "expired",
    });
    assert.deepEqual((await call(api, "GET", "/user/tokens/verify")).result, { id: email, status: "active" });
    assert.equal((await call(api, "GET", "/user/tokens/verify", undefined, "unknown")).status, 401);
  });

  it("knows no route that is not there", async () => {
    assert.equal(await codeOf("GET", "/workers/nothing", TOKEN), 7_003);
  });
});

describe("the rate limit", () => {
  let nowMs = 0;
  let api: CloudflareApi;
  before(async () => {
    api = await startApi({ nowMs: () => nowMs, rateLimit: { requests: 2, windowSeconds: 300 } });
  });
  after(() => api.close());

  it("refuses with Retry-After when the window is used up, and starts anew with the next", async () => {
    const statuses = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await call(api, "GET", "/workers/scripts")).status);
    assert.deepEqual(statuses, [200, 200, 429]);
    nowMs = 100_500;
    assert.equal((await call(api, "GET", "/workers/scripts")).headers.get("retry-after"), "200");
    nowMs = 300_000;
    const next = await call(api, "GET", "/workers/scripts");
    assert.equal(next.status, 200);
    assert.equal(next.headers.get("ratelimit"), '"default";r=1;t=300');
  });
});
