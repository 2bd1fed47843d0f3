import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { ACCOUNT, createFleetWorkspace, type FleetWorkspace, TOKEN } from "#tests/fleet/fleet-workspace";
import { assertHidden } from "#tests/fleet/operator";
import { provisionTenant } from "#tests/fleet/provision-tenant";

const OTHER = { token: "token-of-another-account", accounts: ["1".repeat(32)] };
const EXPIRED = { token: "token-that-has-expired", accounts: [ACCOUNT], expiresAtMs: 1 };
const READER = { token: "token-that-may-read-only-d1", accounts: [ACCOUNT] };

describe("what a person did wrong is said in one paragraph", () => {
  let fleet: FleetWorkspace;
  const outputs: string[] = [];

  before(async () => {
    const email = "ops@example.com";
    fleet = await createFleetWorkspace({
      tokens: [
        { token: TOKEN, accounts: [ACCOUNT], email, permissions: "all" },
        { ...OTHER, email, permissions: "all" },
        { ...EXPIRED, email, permissions: "all" },
        { ...READER, email, permissions: ["D1 Read", "Account Settings Read"] },
      ],
    });
    fleet.addTenant("acme");
    await provisionTenant(fleet, "acme", "production", TOKEN);
  });
  after(() => fleet.close());

  const wrong: readonly {
    readonly what: string;
    readonly env: Readonly<Record<string, string>>;
    readonly says: RegExp;
    readonly remedy: RegExp;
  }[] = [
    {
      what: "no token",
      env: { CLOUDFLARE_API_TOKEN: "" },
      says: /there is no Cloudflare API token for the tenant acme/,
      remedy: /set CLOUDFLARE_API_TOKEN_ACME/,
    },
    {
      what: "a wrong token",
      env: { CLOUDFLARE_API_TOKEN: "token-that-is-mistyped" },
      says: /does not know the API token in CLOUDFLARE_API_TOKEN/,
      remedy: /copy the token again/,
    },
    {
      what: "the tenant's own wrong token, though the common one is right",
      env: { CLOUDFLARE_API_TOKEN_ACME: "token-that-is-mistyped" },
      says: /does not know the API token in CLOUDFLARE_API_TOKEN_ACME/,
      remedy: /copy the token again/,
    },
    {
      what: "an expired token",
      env: { CLOUDFLARE_API_TOKEN: EXPIRED.token },
      says: /CLOUDFLARE_API_TOKEN has expired or is disabled/,
      remedy: /roll it in the dashboard/,
    },
    {
      what: "the token of another account",
      env: { CLOUDFLARE_API_TOKEN: OTHER.token },
      says: new RegExp(`is not for the account ${ACCOUNT}[^]*the token's accounts: ${"1".repeat(32)}`),
      remedy: /a token of that account, or correct "accountId"/,
    },
    {
      what: "a token without the permission",
      env: { CLOUDFLARE_API_TOKEN: READER.token },
      says: /lacks a permission/,
      remedy: /add the permission[^]*credentials\.md/,
    },
    {
      what: "a network that is down",
      env: { CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:9/client/v4" },
      says: /cannot be reached at http:\/\/127\.0\.0\.1:9/,
      remedy: /check the network and a proxy/,
    },
  ];

  for (const { what, env, says, remedy } of wrong) {
    it(what, async () => {
      const before = fleet.api.calls.length;
      const { code, output } = await fleet.run("deploy", "acme", ["--env", "production", "--yes"], { env });
      outputs.push(output);
      assert.equal(code, 1, output);
      assert.match(output, says);
      assert.match(output, new RegExp(`fix: [^\n]*${remedy.source}`));
      assert.equal(output.trim().split("\n").length, 3, output);
      assert.ok(fleet.api.calls.slice(before).every(({ method, path }) => method === "GET" || path.endsWith("/query")));
    });
  }

  it("says the same in every command, and drift does not call it drift", async () => {
    for (const command of ["provision", "drift", "rollback", "tail"]) {
      const env = { CLOUDFLARE_API_TOKEN: EXPIRED.token };
      const { code, output } = await fleet.run(command, "acme", ["--env", "production"], { env });
      outputs.push(output);
      assert.equal(code, 1, command);
      assert.match(output, /has expired or is disabled/, command);
    }
  });

  it("shows no token, in any output or file", () => {
    const tokens = [TOKEN, OTHER.token, EXPIRED.token, READER.token, "token-that-is-mistyped"];
    assertHidden(fleet, outputs, tokens);
  });
});
