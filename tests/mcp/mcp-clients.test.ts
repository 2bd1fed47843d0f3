import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

import { CLIENTS, type Connection, type McpClient } from "#tests/mcp/connect";
import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

/** Every tool of the tenant, and arguments that it takes. */
const CALLS: Readonly<Record<string, Record<string, unknown>>> = {
  classify_intent: { text: "Cancel my order", labels: ["cancel_order", "other"] },
  extract_entities: { text: "Ada Lovelace lives in London." },
  ingest_docs: { documents: [{ docId: "mcp.md", text: "The garden lamp needs two batteries." }] },
  kv_get: { key: "greeting" },
  summarize: { text: "A lamp. A chair. A table." },
  tag_chunk_docs: { documents: [{ docId: "mcp.md", text: "A lamp." }] },
  vector_search: { query: "batteries of the garden lamp" },
};

for (const [version, connect] of Object.entries(CLIENTS)) {
  describe(`a real MCP client (${version})`, () => {
    let worker: TestWorker;
    const open: McpClient[] = [];
    before(async () => {
      worker = await startTestWorker();
    });
    beforeEach(() => worker.runtime.control.reset());
    after(async () => {
      for (const client of open) await client.close();
      await worker.dispose();
    });
    const connected = async (connection: Partial<Connection> = {}): Promise<McpClient> => {
      const client = await connect(worker, { tenant: "acme", key: worker.keys.acme, ...connection });
      open.push(client);
      return client;
    };

    it("lists and calls every tool of the tenant", async () => {
      const client = await connected();
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(({ name }) => name),
        Object.keys(CALLS),
      );
      for (const { name, annotations } of tools) {
        assert.equal(annotations?.readOnlyHint, name !== "ingest_docs");
        // The client checks the result against the tool's output schema.
        const { isError, structuredContent, content } = await client.callTool({ name, arguments: CALLS[name] ?? {} });
        assert.ok(isError !== true, `${name}: ${JSON.stringify(content)}`);
        assert.deepEqual(JSON.parse((content as { text: string }[])[0]?.text ?? ""), structuredContent);
      }
      const found = await client.callTool({ name: "vector_search", arguments: CALLS["vector_search"] ?? {} });
      assert.match(JSON.stringify(found.structuredContent), /two batteries/);
      assert.deepEqual(client.serverVersion(), { name: "acme", title: "Acme Inc.", version: "1" });
    });

    it("is refused with another tenant's key, and without any", async () => {
      await assert.rejects(connected({ key: worker.keys.globex }));
      await assert.rejects(connected({ key: undefined }));
    });

    it("sees and may call only what its key allows", async () => {
      const client = await connected({ key: await worker.makeKey("acme", ["tools:kv_get"]) });
      assert.deepEqual(
        (await client.listTools()).tools.map(({ name }) => name),
        ["kv_get"],
      );
      await client.callTool({ name: "kv_get", arguments: { key: "greeting" } });
      await assert.rejects(client.callTool({ name: "summarize", arguments: { text: "x" } }), /scope "tools:summarize"/);
      await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }), /no such tool/);
    });

    it("is told of failures in a way that a model can read", async () => {
      const client = await connected();
      const wrong = await client.callTool({ name: "kv_get", arguments: { key: "no good key!", extra: 1 } });
      assert.equal(wrong.isError, true);
      assert.match(JSON.stringify(wrong.content), /arguments\.key: must be 1 to 80/);
      await worker.runtime.control.answerWith("none of them");
      const failed = await client.callTool({ name: "classify_intent", arguments: CALLS["classify_intent"] ?? {} });
      assert.equal(failed.isError, true);
      assert.match(JSON.stringify(failed.content), /tool_failed: The model chose none/);
    });

    it("sees the progress of a long call", async () => {
      const client = await connected({ tenant: "globex", key: worker.keys.globex });
      const seen: { progress: number; total?: number | undefined }[] = [];
      const text = "The engine computes tables. It computes numbers too. ".repeat(1_500);
      const { isError } = await client.callTool({ name: "summarize", arguments: { text } }, (step) => seen.push(step));
      assert.ok(isError !== true);
      assert.ok(seen.length >= 3, JSON.stringify(seen));
      for (const [index, { progress, total }] of seen.entries()) {
        assert.equal(progress, index);
        assert.ok(total !== undefined && progress < total);
      }
    });

    it("ends the work of a call that it gives up", async () => {
      const client = await connected();
      await worker.runtime.control.plan({ kind: "stall", afterTokens: 1 });
      const giveUp = new AbortController();
      const call = client.callTool(
        { name: "summarize", arguments: CALLS["summarize"] ?? {} },
        () => giveUp.abort(),
        giveUp.signal,
      );
      await assert.rejects(call);
      await client.close();
      const endMs = Date.now() + 10_000;
      while (!(await worker.runtime.control.modelCalls()).every(({ finished }) => finished)) {
        assert.ok(Date.now() < endMs, "the model's call still runs");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
  });
}

describe("version negotiation", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker.dispose());

  const connectBy = async (mode: "auto" | "legacy"): Promise<Client> => {
    const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
    const headers = { "x-tenant-id": "acme", authorization: `Bearer ${worker.keys.acme}` };
    await client.connect(
      new StreamableHTTPClientTransport(new URL("/mcp", worker.runtime.url), { requestInit: { headers } }),
    );
    return client;
  };

  it("a client that knows both takes the newer one", async () => {
    const client = await connectBy("auto");
    assert.deepEqual(client.getDiscoverResult()?.supportedVersions, [
      "2026-07-28",
      "2025-11-25",
      "2025-06-18",
      "2025-03-26",
    ]);
    assert.equal((await client.listTools()).tools.length, 7);
    await client.close();
  });

  it("the same client, told to begin with the handshake, gets the older one", async () => {
    const client = await connectBy("legacy");
    assert.equal(client.getDiscoverResult(), undefined);
    assert.equal((await client.listTools()).tools.length, 7);
    await client.close();
  });
});
