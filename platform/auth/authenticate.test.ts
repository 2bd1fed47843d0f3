import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { convertV4MiniflareOptions, Miniflare } from "miniflare";

import { apiKeyStorageKey, generateApiKey, type ApiKeyRecord } from "#auth/api-key";
import { authenticate, type Authenticators } from "#auth/authenticate";
import { readCredential } from "#auth/credential";
import { JwtVerifier } from "#auth/jwt";
import { KvApiKeys } from "#auth/kv-api-keys";
import { hasScope, requireScope } from "#auth/principal";
import { PlatformError, type ErrorCode } from "#base/errors";
import { tenantConfigSchema, type TenantConfig } from "#tenancy/tenant-config";

const tenant = (tenantId: string, extra: object = {}): TenantConfig =>
  tenantConfigSchema.parse({ tenantId, displayName: tenantId, accountId: "0".repeat(32), ...extra });
const [acme, globex] = [tenant("acme"), tenant("globex")];
const hasCode = (code: ErrorCode) => (error: unknown) => error instanceof PlatformError && error.code === code;

describe("authentication against keys in KV", () => {
  let miniflare: Miniflare;
  let kv: KVNamespace;
  let nowMs = 0;
  const clock = { nowMs: () => nowMs };

  before(async () => {
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: "export default {}",
        kvNamespaces: ["KV"],
        cf: false,
        compatibilityDate: "2026-11-01",
      }),
    );
    kv = (await miniflare.getKVNamespace("KV")) as unknown as KVNamespace;
  });
  after(() => miniflare.dispose());

  async function storeKey(of: TenantConfig, extra: Partial<ApiKeyRecord> = {}): Promise<string> {
    const { key, record } = await generateApiKey(of.tenantId, { label: "test", scopes: ["chat", "tools"], nowMs: 0 });
    await kv.put(await apiKeyStorageKey(of.tenantId, key), JSON.stringify({ ...record, ...extra }));
    return key;
  }

  const checks = (namespace: KVNamespace): Authenticators => ({
    apiKeys: new KvApiKeys(namespace, clock),
    tokens: new JwtVerifier(),
  });

  it("accepts a tenant's own key, with the scopes of its record", async () => {
    const principal = await authenticate(acme, await storeKey(acme), checks(kv), 0);
    assert.equal(principal.kind, "key");
    assert.deepEqual([...principal.acl], []);
    assert.ok(hasScope(principal, "chat"));
    assert.ok(hasScope(principal, "tools:summarize"));
    assert.ok(!hasScope(principal, "admin"));
    assert.throws(() => {
      requireScope(principal, "search");
    }, hasCode("forbidden"));
  });

  it("carries the document labels of its record", async () => {
    const key = await storeKey(acme, { acl: ["team:legal"] });
    assert.deepEqual([...(await authenticate(acme, key, checks(kv), 0)).acl], ["team:legal"]);
  });

  it("refuses another tenant's key, an unknown and an expired one with the same error", async () => {
    const store = checks(kv);
    const unknown = (await generateApiKey(acme.tenantId, { label: "", scopes: [], nowMs: 0 })).key;
    const expired = await storeKey(acme, { expiresAt: "2026-01-01T00:00:00.000Z" });
    const messages = new Set<string>();
    for (const key of [await storeKey(globex), unknown, expired, "garbage"]) {
      await assert.rejects(authenticate(acme, key, store, Date.parse("2026-06-01")), (error) => {
        messages.add(error instanceof Error ? error.message : "");
        return hasCode("unauthenticated")(error);
      });
    }
    assert.equal(messages.size, 1);
  });

  it("does not find a key whose record lies under another tenant", async () => {
    const key = await storeKey(acme);
    const record = await kv.get(await apiKeyStorageKey(acme.tenantId, key));
    await kv.put(await apiKeyStorageKey(globex.tenantId, key), record ?? "");
    await assert.rejects(authenticate(globex, key, checks(kv), 0), hasCode("unauthenticated"));
  });

  it("stops trusting a revoked key after half a minute", async () => {
    const store = checks(kv);
    const key = await storeKey(acme);
    await authenticate(acme, key, store, nowMs);
    await kv.delete(await apiKeyStorageKey(acme.tenantId, key));
    nowMs += 30_001;
    await assert.rejects(authenticate(acme, key, store, nowMs), hasCode("unauthenticated"));
  });

  it("does not call a key unknown whose record is damaged", async () => {
    const key = await storeKey(acme);
    await kv.put(await apiKeyStorageKey(acme.tenantId, key), JSON.stringify({ garbage: true }));
    await assert.rejects(authenticate(acme, key, checks(kv), 0), hasCode("internal"));
  });

  it("gives a caller without a credential the anonymous scopes only", async () => {
    const store = checks(kv);
    const open = await authenticate(tenant("open-co", { auth: { anonymousScopes: ["search"] } }), undefined, store, 0);
    assert.ok(hasScope(open, "search"));
    const closed = await authenticate(acme, undefined, store, 0);
    assert.throws(() => {
      requireScope(closed, "search");
    }, hasCode("unauthenticated"));
  });
});

describe("readCredential", () => {
  it("takes a bearer token, else x-api-key", () => {
    assert.equal(readCredential(new Headers({ authorization: "bearer abc", "x-api-key": "def" })), "abc");
    assert.equal(readCredential(new Headers({ "x-api-key": " def " })), "def");
    assert.equal(readCredential(new Headers({ authorization: "Basic abc" })), undefined);
  });
});
