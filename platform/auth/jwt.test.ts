import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { base64url, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";

import { createIdentityProvider } from "#auth/testing/identity-provider";
import { type Runtime, startRuntime } from "#simulators/runtime/start-runtime";

const AUDIENCE = "https://ai.acme.example";

describe("tokens of a tenant's identity provider", () => {
  const nowMs = Date.parse("2026-11-21T12:00:00Z");
  const claims = { sub: "ann@acme.example", aud: AUDIENCE, tenant: "acme", scope: "chat search admin" };
  const provider = createIdentityProvider("https://login.acme.example", () => nowMs);
  let runtime: Runtime;

  before(async () => {
    await provider.addKey("first");
    runtime = await startRuntime({
      workers: [
        {
          name: "tokens",
          modulePath: path.resolve(process.env["WORKER_BUNDLE"] ?? ""),
          hosts: ["tokens.example"],
          config: { name: "tokens", compatibility_date: "2026-11-01" },
        },
      ],
      onLog: () => undefined,
      outbound: (request) => provider.answer(request),
    });
  });
  after(() => runtime.dispose());

  async function verify(token: string, { tenantId = "acme", jwt = {}, atMs = nowMs } = {}): Promise<unknown> {
    const tenant = {
      tenantId,
      displayName: tenantId,
      accountId: "0".repeat(32),
      auth: { jwt: { issuer: provider.issuer, audience: AUDIENCE, ...jwt } },
    };
    const body = JSON.stringify({ tenant, token, nowMs: atMs });
    return (await runtime.fetch("http://tokens.example/", { method: "POST", body })).json();
  }

  it("give a principal whose id tells nothing of the person, with the scopes that both sides allow", async () => {
    const principal = (await verify(await provider.sign({ ...claims, acl: ["team:legal", "not a label"] }))) as {
      id: string;
    };
    assert.match(principal.id, /^usr_[0-9a-f]{24}$/);
    assert.deepEqual(principal, {
      kind: "token",
      id: principal.id,
      scopes: ["chat", "search"],
      acl: ["team:legal"],
    });
  });

  it("hold the same person's sessions together, and two people's apart", async () => {
    const idOf = async (sub: string) => ((await verify(await provider.sign({ ...claims, sub }))) as { id: string }).id;
    assert.equal(await idOf("ann"), await idOf("ann"));
    assert.notEqual(await idOf("ann"), await idOf("bob"));
  });

  it("take scopes as a list, and claims by other names", async () => {
    const jwt = { tenantClaim: "https://acme.example/tenant", scopeClaim: "permissions", scopes: ["admin"] };
    const token = await provider.sign({
      ...claims,
      "https://acme.example/tenant": "acme",
      permissions: ["admin", 7, null],
    });
    assert.deepEqual(((await verify(token, { jwt })) as { scopes: string[] }).scopes, ["admin"]);
  });

  const refused: Record<string, Record<string, unknown>> = {
    "of another tenant": { ...claims, tenant: "globex" },
    "without a tenant": { ...claims, tenant: undefined },
    "with a list as tenant": { ...claims, tenant: ["acme"] },
    "for another audience": { ...claims, aud: "https://ai.globex.example" },
    "of another issuer": { ...claims, iss: "https://login.evil.example" },
    "without a subject": { ...claims, sub: undefined },
    "without an end": { ...claims, exp: undefined },
    "that has ended": { ...claims, exp: nowMs / 1_000 - 31 },
    "that has not begun": { ...claims, nbf: nowMs / 1_000 + 31 },
    "with an end that is a text": { ...claims, exp: String(nowMs / 1_000 + 300) },
    "with an end in a list": { ...claims, exp: [nowMs / 1_000 + 300] },
    "with no end, as null": { ...claims, exp: null },
    "with an end before all time": { ...claims, exp: -1e300 },
    "with an end at zero": { ...claims, exp: 0 },
    "with an end a moment too early": { ...claims, exp: nowMs / 1_000 - 30.5 },
    "with a beginning that is a text": { ...claims, nbf: "0" },
    "with a beginning after all time": { ...claims, nbf: 1e300 },
    "with a beginning as an object": { ...claims, nbf: {} },
    "issued at no time": { ...claims, iat: "yesterday" },
    "of nobody": { ...claims, sub: null },
    "of a nameless person": { ...claims, sub: "" },
    "of several people": { ...claims, sub: ["ann", "bob"] },
    "of a number": { ...claims, sub: 7 },
  };
  for (const [which, payload] of Object.entries(refused)) {
    it(`refuse one ${which}`, async () => {
      assert.equal(await verify(await provider.sign(payload)), null);
    });
  }

  it("refuse an end that is never: a number of JSON that no clock reaches", async () => {
    const text = JSON.stringify({ ...claims, iss: provider.issuer }).replace(/}$/, ',"exp":1e999}');
    assert.equal((JSON.parse(text) as { exp: number }).exp, Infinity);
    assert.equal(await verify(await provider.signBytes(new TextEncoder().encode(text))), null);
  });

  it("take an end and a beginning with fractions, and whatever an issuer says of when it issued", async () => {
    const nowSeconds = nowMs / 1_000;
    for (const times of [
      { exp: nowSeconds + 0.5, nbf: nowSeconds - 0.5 },
      { exp: nowSeconds + 300, nbf: -1e300, iat: 0 },
      { exp: nowSeconds + 300, iat: -5.5 },
    ])
      assert.notEqual(await verify(await provider.sign({ ...claims, ...times })), null, JSON.stringify(times));
  });

  it("refuse a token within a token, however it is announced, and what is no set of claims", async () => {
    const inner = await provider.sign(claims);
    const contents = [inner, JSON.stringify(inner), `[${JSON.stringify(claims)}]`, "null", "7", "", '{"sub":'];
    for (const content of contents)
      for (const cty of ["JWT", "jwt", undefined])
        assert.equal(await verify(await provider.signBytes(new TextEncoder().encode(content), cty)), null, content);
    const [head = "", payload = "", signature = ""] = inner.split(".");
    for (const token of [
      `${inner}.${inner}`,
      `${inner}..`,
      `${head}.${payload}`,
      `${head}..${signature}`,
      `.${payload}.`,
    ])
      assert.equal(await verify(token), null, token);
  });

  it("refuse what nobody has signed, and what somebody has with the public key as a secret", async () => {
    const unsigned = new UnsecuredJWT({ ...claims, iss: provider.issuer }).setExpirationTime("5m").encode();
    const secret = new TextEncoder().encode(provider.publishedKeys());
    const confused = await new SignJWT({ ...claims, iss: provider.issuer, exp: nowMs / 1_000 + 300 })
      .setProtectedHeader({ alg: "HS256", kid: "first" })
      .sign(secret);
    const [head = "", , signature = ""] = (await provider.sign(claims)).split(".");
    const swapped = `${head}.${base64url.encode(JSON.stringify({ ...claims, iss: provider.issuer }))}.${signature}`;
    for (const token of [unsigned, confused, swapped, `${head}.e30.`, "eyJ.eyJ.x"]) {
      assert.equal(await verify(token), null, token);
    }
  });

  it("refuse what brings its own key, names another place for keys, or demands what nobody here knows", async () => {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    const jwk = await exportJWK(publicKey);
    const jku = "https://thief.example/jwks.json";
    const headers: readonly object[] = [
      { jwk },
      { jwk, kid: "first" },
      { jku, kid: "first" },
      { jku, kid: "../../first" },
      { x5u: jku },
      { kid: "__proto__" },
      { kid: "x".repeat(4_000) },
    ];
    for (const header of headers) {
      const token = await new SignJWT({ ...claims, iss: provider.issuer, exp: nowMs / 1_000 + 300 })
        .setProtectedHeader({ alg: "ES256", ...header })
        .sign(privateKey);
      assert.equal(await verify(token), null, JSON.stringify(header));
    }
    const [, payload = "", signature = ""] = (await provider.sign(claims)).split(".");
    for (const header of [
      { alg: "ES256", kid: "first", crit: ["exp"], exp: 1 },
      { alg: "ES256", kid: "first", crit: ["b64"], b64: false },
      { alg: "nOnE", kid: "first" },
      { alg: ["ES256"], kid: "first" },
    ]) {
      const token = `${base64url.encode(JSON.stringify(header))}.${payload}.${signature}`;
      assert.equal(await verify(token), null, JSON.stringify(header));
    }
  });

  it("refuse an algorithm that the tenant does not allow", async () => {
    assert.equal(await verify(await provider.sign(claims), { jwt: { algorithms: ["RS256"] } }), null);
  });

  it("are nothing to a tenant without an issuer", async () => {
    assert.equal(await verify(await provider.sign(claims), { tenantId: "globex" }), null);
  });

  it("ask the issuer for its keys once, and again for a key that is not among them", async () => {
    await verify(await provider.sign(claims));
    const asked = provider.keyRequests();
    for (let count = 0; count < 3; count++) await verify(await provider.sign(claims));
    assert.equal(provider.keyRequests(), asked);
    const byOldKey = await provider.sign(claims);
    await provider.addKey("second", "RS256");
    assert.notEqual(await verify(await provider.sign(claims)), null);
    assert.equal(provider.keyRequests(), asked + 1);
    assert.notEqual(await verify(byOldKey), null);
  });

  it("are answered 503 while an issuer's keys cannot be read, and taken again afterwards", async () => {
    const other = createIdentityProvider("https://login.other.example", () => nowMs);
    assert.deepEqual(await verify(await provider.sign(claims), { jwt: { jwksUrl: `${other.issuer}/none` } }), {
      code: "unavailable",
    });
    provider.setReachable(false);
    await provider.addKey("third");
    assert.deepEqual(await verify(await provider.sign(claims)), { code: "unavailable" });
    provider.setReachable(true);
    assert.notEqual(await verify(await provider.sign(claims)), null);
  });
});
