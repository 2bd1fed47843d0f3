import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";

import type { KVNamespace } from "@cloudflare/workers-types";
import { Miniflare } from "miniflare";

import { type CloudflareApi, startCloudflareApi } from "#simulators/cloudflare-api/start-cloudflare-api";
import type { KeyValues } from "#tools/tenant/kv/key-values";
import { memoryKeyValues } from "#tools/tenant/kv/memory-key-values";
import { namespaceKeyValues } from "#tools/tenant/kv/namespace-key-values";
import { restKeyValues } from "#tools/tenant/kv/rest-key-values";
import { serveKvApi, type KvApi } from "#tools/tenant/kv/serve-kv-api";

/** Fills its namespace with more keys than one page of a list holds. */
const WORKER = `export default { async fetch(_, { KV }) {
  await Promise.all(Array.from({ length: 1_001 }, (_, n) => KV.put("many:" + n, "")));
  return new Response();
} }`;

function miniflare(): Miniflare {
  const modules = { "worker.mjs": { type: "esm" as const, contents: WORKER } };
  return new Miniflare({
    cf: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
    workers: [
      {
        config: {
          name: "kv",
          compatibilityDate: "2026-11-01",
          manifest: { mainModule: "worker.mjs", modulesRoot: "/", modules },
          env: { KV: { type: "kv", id: "kv" } },
        },
      },
    ],
  });
}

const ACCOUNT = "0".repeat(32);
const NAMESPACE = "f".repeat(32);
const namespaceUrl = (apiUrl: string): string => `${apiUrl}/accounts/${ACCOUNT}/storage/kv/namespaces/${NAMESPACE}`;

describe("a KV namespace", () => {
  let runtime: Miniflare;
  let direct: KeyValues;
  let api: KvApi;
  let account: CloudflareApi;
  before(async () => {
    runtime = miniflare();
    direct = namespaceKeyValues((await runtime.getBindings<{ KV: KVNamespace }>()).KV);
    api = await serveKvApi(direct, { accountId: ACCOUNT, namespaceId: NAMESPACE });
    const token = { token: "t", email: "ops@example.com", accounts: [ACCOUNT], permissions: "all" as const };
    account = await startCloudflareApi({ tokens: [token] });
    account.state.namespaces.put(ACCOUNT, NAMESPACE, { id: NAMESPACE, title: "acme" });
  });
  after(async () => {
    await account.close();
    await api.close();
    await runtime.dispose();
  });

  const memory = memoryKeyValues();
  const places: readonly (readonly [string, () => KeyValues])[] = [
    ["in this process", () => direct],
    ["of the development server", () => restKeyValues(api)],
    ["of an account", () => restKeyValues({ url: namespaceUrl(account.apiUrl), token: "t" })],
    ["in memory", () => memory],
  ];
  for (const [where, open] of places) {
    describe(where, () => {
      it("gives back what was put, letter by letter", async () => {
        const value = 'Zeile\r\nline\nold\r\u0000"{{tenant}}" ü 🌍\n';
        await open().put("acme:prompt:version:system:%003a", value, { at: "now", chars: 3 });
        assert.equal(await open().get("acme:prompt:version:system:%003a"), value);
      });

      it("has nothing where nothing was put", async () => {
        assert.equal(await open().get("acme:nothing"), undefined);
        assert.deepEqual(await open().list("acme:nothing"), []);
      });

      it("replaces value and metadata", async () => {
        await open().put("acme:twice", "one", { n: 1 });
        await open().put("acme:twice", "two");
        assert.equal(await open().get("acme:twice"), "two");
      });

      it("lists the keys of a prefix with their metadata, and no others", async () => {
        await open().put("acme:list:b", "", { n: 2 });
        await open().put("acme:list:a", "", { n: 1 });
        await open().put("acme:listing", "");
        assert.deepEqual(await open().list("acme:list:"), [
          { key: "acme:list:a", metadata: { n: 1 } },
          { key: "acme:list:b", metadata: { n: 2 } },
        ]);
      });
    });
  }

  for (const [where, open] of places) {
    it(`forgets a key, also one that is not there: ${where}`, async () => {
      await open().put("acme:gone", "x");
      await open().delete("acme:gone");
      assert.equal(await open().get("acme:gone"), undefined);
      await open().delete("acme:gone");
    });
  }

  it("lists more keys than a page holds", async () => {
    assert.ok((await runtime.dispatchFetch("http://kv/")).ok);
    assert.equal((await direct.list("many:")).length, 1_001);
    assert.equal((await restKeyValues(api).list("many:")).length, 1_001);
  });

  it("is closed to a wrong token, and says what to do", async () => {
    for (const token of ["", "x", `${api.token}x`]) {
      await assert.rejects(restKeyValues({ url: api.url, token }).get("acme:twice"), (error: CommandFailure) => {
        assert.match(error.hints.why, /^HTTP 401: Authentication error/);
        assert.match(error.hints.fix, /Workers KV Storage: Edit/);
        assert.ok(!JSON.stringify(error.hints).includes(api.token));
        return true;
      });
    }
  });

  it("is not another one of the same server", async () => {
    const other = { url: api.url.replace(/f{32}$/, "e".repeat(32)), token: api.token };
    await assert.rejects(restKeyValues(other).get("acme:twice"), (error: CommandFailure) =>
      error.hints.fix.includes("kvNamespaceId"),
    );
    await assert.rejects(restKeyValues(other).put("acme:twice", "x"));
  });

  it("takes no value that is far too large", async () => {
    await assert.rejects(restKeyValues(api).put("acme:large", "x".repeat(2 * 1024 * 1024)), (error: CommandFailure) =>
      error.hints.why.startsWith("HTTP 413"),
    );
    assert.equal(await direct.get("acme:large"), undefined);
  });

  it("writes nothing of a body that is not as it should be", async () => {
    for (const body of ["", "{", "{}", '["acme:x"]', '[{"key":"acme:x","value":"1"},{"key":"acme:y"}]']) {
      const headers = { authorization: `Bearer ${api.token}` };
      const { status } = await fetch(`${api.url}/bulk`, { method: "PUT", headers, body });
      assert.equal(status, 400, body);
    }
    assert.equal(await direct.get("acme:x"), undefined);
  });

  it("is not believed to have written what it says it has not", async () => {
    const server = createServer((_, response) => {
      response.end('{"success":true,"result":{"successful_key_count":0,"unsuccessful_keys":["acme:x"]}}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await assert.rejects(
      restKeyValues({ url: `http://127.0.0.1:${port}`, token: "t" }).put("acme:x", "1"),
      /did not take/,
    );
    server.close();
  });

  it("says so when nobody answers", async () => {
    const closed = await serveKvApi(direct, { accountId: "a", namespaceId: "n" });
    await closed.close();
    await assert.rejects(restKeyValues(closed).get("x"), /cannot reach http:\/\/127\.0\.0\.1:\d+/);
  });
});

interface CommandFailure extends Error {
  readonly hints: { readonly why: string; readonly fix: string };
}
