import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { startTestWorker, type Call, type TestWorker } from "#worker/testing/start-test-worker";

describe("Idempotency-Key on native routes, in workerd", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  beforeEach(() => worker.runtime.control.reset());
  after(() => worker.dispose());

  const keyed = (body: unknown, key: string = crypto.randomUUID()): Call => ({
    key: worker.keys.acme,
    headers: { "idempotency-key": key },
    body,
  });

  const routes: readonly (readonly [path: string, body: object])[] = [
    ["/chat", { message: "What is a kite?" }],
    ["/chat", { message: "What is a kite?", stream: false }],
    ["/ingest", { docId: "kites.md", text: "A kite is a bird of prey." }],
    ["/search", { query: "kite" }],
    ["/search", { query: "kite", stream: true }],
  ];
  for (const [path, body] of routes) {
    it(`replays ${path} ${JSON.stringify(body)}: status, headers, bytes, and no model call`, async () => {
      const call = keyed(body);
      const first = await worker.call(path, call);
      assert.equal(first.status, 200, first.text);
      const calls = (await worker.runtime.control.modelCalls()).length;
      const second = await worker.call(path, call);
      assert.deepEqual([second.status, second.text], [first.status, first.text]);
      for (const name of ["content-type", "x-session-id"])
        assert.equal(second.headers.get(name), first.headers.get(name));
      assert.equal(second.headers.get("idempotency-replayed"), "true");
      assert.notEqual(second.headers.get("x-request-id"), first.headers.get("x-request-id"));
      assert.equal((await worker.runtime.control.modelCalls()).length, calls);
    });
  }

  it("writes a turn once", async () => {
    const call = keyed({ sessionId: "kites", message: "What is a kite?", stream: false });
    await worker.call("/chat", call);
    await worker.call("/chat", call);
    const { json } = await worker.call("/chat/kites/history", { key: worker.keys.acme });
    assert.equal((json.data as unknown as { messages: unknown[] }).messages.length, 2);
  });

  it("takes the same body on another path for another request", async () => {
    const call = keyed({ message: "What is a kite?", stream: false });
    assert.equal((await worker.call("/chat", call)).status, 200);
    const alias = await worker.call("/api/chat", call);
    assert.equal(alias.status, 422);
    assert.equal(alias.json.error?.code, "idempotency_mismatch");
  });

  it("frees the key of a request that was refused", async () => {
    const key = crypto.randomUUID();
    assert.equal((await worker.call("/chat", keyed({ mesage: "?" }, key))).status, 400);
    assert.equal((await worker.call("/chat", keyed({ message: "?", stream: false }, key))).status, 200);
  });

  it("does not run a request again whose answer was too large to be kept", async () => {
    const words = (n: number) => Array.from({ length: 80 }, (_, m) => `w${n * 7 + m * 31}`).join(" ");
    const input = Array.from({ length: 2_000 }, (_, n) => words(n));
    const call = { ...keyed({ model: "@cf/baai/bge-base-en-v1.5", input }), key: worker.keys.globex };
    const first = await worker.call("/v1/embeddings", call);
    assert.equal(first.status, 200);
    assert.ok(first.text.length > 10 * 1024 * 1024);
    const calls = (await worker.runtime.control.modelCalls()).length;
    const second = await worker.call("/v1/embeddings", call);
    assert.equal(second.status, 409);
    assert.equal(second.headers.get("x-should-retry"), "false");
    assert.match(second.text, /too large to be kept/);
    assert.equal((await worker.runtime.control.modelCalls()).length, calls);
  });

  it("ignores the header where nothing is posted", async () => {
    const { status, headers } = await worker.call("/health", { tenant: "acme", headers: { "idempotency-key": "a b" } });
    assert.equal(status, 200);
    assert.equal(headers.get("idempotency-replayed"), null);
  });
});
