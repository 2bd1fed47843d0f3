import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { startTestWorker, type Answer, type Call, type TestWorker } from "#worker/testing/start-test-worker";

interface Rpc {
  readonly id?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> };
}

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

describe("/mcp on the wire", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker.dispose());

  const post = async (body: unknown, call: Call = {}): Promise<Answer & { rpc: Rpc }> => {
    const answer = await worker.call("/mcp", { tenant: "acme", key: worker.keys.acme, body, ...call });
    return { ...answer, rpc: answer.json as unknown as Rpc };
  };
  const legacy = (method: string, params?: object) => ({ jsonrpc: "2.0", id: 1, method, ...(params && { params }) });
  const modern = (method: string, params: object = {}) =>
    post(
      { jsonrpc: "2.0", id: "m-1", method, params: { ...params, _meta: META } },
      {
        headers: {
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": method,
          ...("name" in params ? { "mcp-name": String(params.name) } : {}),
        },
      },
    );

  it("agrees on the version asked for, or offers the newest with a handshake", async () => {
    for (const [asked, agreed] of [
      ["2025-11-25", "2025-11-25"],
      ["2025-06-18", "2025-06-18"],
      ["2025-03-26", "2025-03-26"],
      ["2026-07-28", "2025-11-25"],
      ["1900-01-01", "2025-11-25"],
      ["constructor", "2025-11-25"],
    ]) {
      const { rpc } = await post(legacy("initialize", { protocolVersion: asked, capabilities: {}, clientInfo: {} }));
      assert.equal(rpc.result?.["protocolVersion"], agreed);
    }
  });

  it("needs no session: every message stands alone", async () => {
    const { rpc, headers } = await post(legacy("tools/list"));
    assert.equal((rpc.result?.["tools"] as unknown[]).length, 7);
    assert.equal(headers.get("mcp-session-id"), null);
    assert.deepEqual((await post(legacy("ping"))).rpc.result, {});
  });

  it("takes notifications without a word", async () => {
    for (const method of ["notifications/initialized", "notifications/cancelled"]) {
      const { status, text } = await post({ jsonrpc: "2.0", method });
      assert.deepEqual([status, text], [202, ""]);
    }
  });

  it("tells a modern client what it is, how long to keep the list, and for whom", async () => {
    const { rpc } = await modern("server/discover");
    assert.deepEqual(rpc.result?.["capabilities"], { tools: {} });
    assert.equal(rpc.result["resultType"], "complete");
    assert.deepEqual(rpc.result["_meta"], {
      "io.modelcontextprotocol/serverInfo": { name: "acme", title: "Acme Inc.", version: "1" },
    });
    const { result } = (await modern("tools/list")).rpc;
    assert.deepEqual(
      [result?.["ttlMs"], result?.["cacheScope"], result?.["resultType"]],
      [60_000, "private", "complete"],
    );
  });

  it("refuses by the rules of each revision", async () => {
    const unknown = await modern("resources/list");
    assert.deepEqual([unknown.status, unknown.rpc.error?.code, unknown.rpc.id], [404, -32601, "m-1"]);
    assert.equal((await modern("ping")).status, 404);
    assert.equal((await modern("initialize")).status, 404);
    const old = await post(legacy("resources/list"));
    assert.deepEqual([old.status, old.rpc.error?.code], [200, -32601]);
    const foreign = await post(legacy("ping"), { headers: { "mcp-protocol-version": "1900-01-01" } });
    assert.deepEqual([foreign.status, foreign.rpc.error?.code], [400, -32022]);
    assert.deepEqual(foreign.rpc.error?.data?.["supported"], ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"]);
    assert.equal((await modern("tools/list", { cursor: "x" })).rpc.error?.code, -32602);
    assert.equal((await modern("tools/call", { name: "kv_get", arguments: [] })).rpc.error?.code, -32602);
  });

  for (const [what, body, status, code] of [
    ["what is no JSON", "{", 400, -32700],
    ["a hostile key", '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"__proto__":{}}}', 400, -32600],
    ["a body above the limit", legacy("ping", { x: "x".repeat(20_000) }), 413, 413],
  ] as const) {
    it(`refuses ${what}, in JSON-RPC`, async () => {
      const answer = await post(body);
      assert.deepEqual([answer.status, answer.rpc.error?.code], [status, code], answer.text);
      assert.equal(typeof answer.rpc.error?.data?.["traceId"], "string");
    });
  }

  it("takes one message per call", async () => {
    const { status, rpc } = await post([legacy("ping"), legacy("ping")]);
    assert.deepEqual([status, rpc.error?.code], [400, -32600]);
  });

  it("says 401 with a challenge, and 405 to GET and DELETE", async () => {
    const nobody = await worker.call("/mcp", { tenant: "acme", body: legacy("tools/list") });
    assert.deepEqual([nobody.status, nobody.headers.get("www-authenticate")], [401, "Bearer"]);
    for (const method of ["GET", "DELETE"]) {
      const { status, headers } = await worker.call("/mcp", { tenant: "acme", key: worker.keys.acme, method });
      assert.deepEqual([status, headers.get("allow")], [405, "POST, OPTIONS"]);
    }
  });

  it("refuses pages of strangers, also under a name that leads here", async () => {
    const from = (origin: string) => post(legacy("tools/list"), { headers: { origin } });
    assert.equal((await from("https://app.acme.example")).status, 200);
    assert.equal((await from("https://acme.example")).status, 200);
    const { host } = worker.runtime.url;
    for (const origin of [
      "https://evil.example",
      "http://acme.example",
      "null",
      `http://${host}`,
      "https://app.acme.example.evil.example",
    ]) {
      const { status, rpc } = await from(origin);
      assert.deepEqual([status, rpc.error?.data?.["code"]], [403, "forbidden"], origin);
    }
  });

  it("streams only to whom it can: with a token and an Accept of event streams", async () => {
    const call = legacy("tools/call", { name: "kv_get", arguments: { key: "a" }, _meta: { progressToken: "t" } });
    const plain = await post(call, { headers: { accept: "application/json" } });
    assert.match(plain.headers.get("content-type") ?? "", /^application\/json/);
    const stream = await post(call, { headers: { accept: "application/json, text/event-stream" } });
    assert.match(stream.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.match(stream.text, /^event: message\ndata: \{"jsonrpc":"2.0","id":1,"result":/);
  });

  it("answers a repetition from the store", async () => {
    const call = { headers: { "idempotency-key": "mcp-1" } };
    const body = legacy("tools/call", { name: "summarize", arguments: { text: "A lamp." } });
    const [first, second] = [await post(body, call), await post(body, call)];
    assert.equal(second.text, first.text);
    assert.equal(second.headers.get("idempotency-replayed"), "true");
  });
});
