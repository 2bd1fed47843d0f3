import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { admitRequest } from "#mcp/admit-request";
import { RpcError } from "#mcp/rpc-message";

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};
const HEADERS = { "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "kv_get" };
const CALL = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "kv_get", _meta: META } };

function admit(body: unknown, headers: Record<string, string> = {}) {
  try {
    return admitRequest(body, new Headers(headers)).isModern ? "modern" : "legacy";
  } catch (error) {
    assert.ok(error instanceof RpcError, String(error));
    assert.equal(error.failure.status, 400);
    return error.failure.code;
  }
}

describe("admitRequest", () => {
  it("takes a modern request whose headers say what its body says", () => {
    assert.equal(admit(CALL, HEADERS), "modern");
    const encoded = `=?base64?${btoa("kv_get")}?=`;
    assert.equal(admit(CALL, { ...HEADERS, "Mcp-Name": encoded }), "modern");
    const list = { ...CALL, method: "tools/list" };
    assert.equal(admit(list, { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" }), "modern");
  });

  for (const [what, headers] of [
    ["no headers", {}],
    ["another version in the header", { ...HEADERS, "MCP-Protocol-Version": "2025-11-25" }],
    ["another method in the header", { ...HEADERS, "Mcp-Method": "tools/list" }],
    ["another tool in the header", { ...HEADERS, "Mcp-Name": "summarize" }],
    ["a name that is no base64", { ...HEADERS, "Mcp-Name": "=?base64?*?=" }],
    ["an encoded other name", { ...HEADERS, "Mcp-Name": `=?base64?${btoa("summarize")}?=` }],
  ] as const) {
    it(`refuses a modern request with ${what}`, () => assert.equal(admit(CALL, headers), -32020));
  }

  it("refuses a modern request without its capabilities", () => {
    const { "io.modelcontextprotocol/clientCapabilities": _, ...rest } = META;
    assert.equal(admit({ ...CALL, params: { name: "kv_get", _meta: rest } }, HEADERS), -32602);
  });

  it("refuses versions that nobody knows, and says which it knows", () => {
    const _meta = { ...META, "io.modelcontextprotocol/protocolVersion": "1900-01-01" };
    assert.equal(
      admit({ ...CALL, params: { name: "kv_get", _meta } }, { ...HEADERS, "MCP-Protocol-Version": "1900-01-01" }),
      -32022,
    );
    assert.equal(admit({ jsonrpc: "2.0", id: 1, method: "ping" }, { "mcp-protocol-version": "2020-01-01" }), -32022);
  });

  it("takes requests of the older revisions with their header and without", () => {
    const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
    for (const version of ["2025-11-25", "2025-06-18", "2025-03-26"])
      assert.equal(admit(ping, { "mcp-protocol-version": version }), "legacy");
    assert.equal(admit(ping), "legacy");
    assert.equal(admit({ ...ping, params: { _meta: { progressToken: 1 } } }), "legacy");
  });

  for (const body of [
    null,
    "text",
    [],
    [{ jsonrpc: "2.0", id: 1, method: "ping" }],
    { jsonrpc: "1.0", id: 1, method: "ping" },
    { jsonrpc: "2.0", id: null, method: "ping" },
    { jsonrpc: "2.0", id: 1.5, method: "ping" },
    { jsonrpc: "2.0", id: 1 },
    { jsonrpc: "2.0", id: 1, result: {} },
    { jsonrpc: "2.0", id: 1, method: "ping", params: [] },
  ])
    it(`refuses ${JSON.stringify(body)}`, () => assert.equal(admit(body), -32600));
});
