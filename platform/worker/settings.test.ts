import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { decodeEvents } from "#base/server-sent-events";
import { activate, NEVER_ACTIVATED } from "#settings/active-prompts";
import { activePromptsKey, promptDigest, promptVersionKey, shortVersion } from "#settings/prompt-version";
import { settingsKey } from "#settings/settings-document";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { startTestWorker, type Call, type TestWorker } from "#worker/testing/start-test-worker";

const TENANT_MODEL = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
const SMALL_MODEL = "@cf/meta/llama-3.1-8b-instruct";
const OTHER_MODEL = "@cf/openai/gpt-oss-20b";

describe("prompts, flags and models of run time, in workerd", () => {
  let worker: TestWorker;
  let lines: Record<string, unknown>[] = [];
  before(async () => {
    const onLog = ({ message }: { message: string }) => lines.push(JSON.parse(message) as Record<string, unknown>);
    worker = await startTestWorker({ logLevel: "info", onLog });
    const text = "# Kites\n\nThe red kite nests in tall oak trees.\n";
    for (const tenant of ["acme", "globex"] as const)
      await worker.call("/ingest", { key: worker.keys[tenant], body: { docId: "kites.md", text } });
  });
  beforeEach(async () => {
    const kv = namespace();
    for (const { name } of (await kv.list()).keys) if (!name.includes(":api-key:")) await kv.delete(name);
    await worker.runtime.control.reset();
    lines = [];
  });
  after(() => worker.dispose());

  const namespace = () => worker.runtime.kv("KV");
  const as = (tenant: "acme" | "globex", extra: Call = {}): Call => ({ key: worker.keys[tenant], ...extra });
  const chat = (tenant: "acme" | "globex", body: object = {}) =>
    worker.call("/chat", as(tenant, { body: { message: "Hello", stream: false, ...body } }));

  /** In force at once: a new isolate has no memory to wait for. */
  async function set(tenant: string, values: object): Promise<void> {
    const kv = namespace();
    await kv.put(settingsKey(tenantIdSchema.parse(tenant)), JSON.stringify({ values }));
    await worker.restart();
  }

  async function store(tenant: string, text: string): Promise<string> {
    const tenantId = tenantIdSchema.parse(tenant);
    const digest = await promptDigest(text);
    const kv = namespace();
    await kv.put(promptVersionKey(tenantId, "system", digest), text);
    await kv.put(activePromptsKey(tenantId), JSON.stringify({ system: activate(NEVER_ACTIVATED, digest) }));
    return shortVersion(digest);
  }

  const modelsCalled = async () => (await worker.runtime.control.modelCalls()).map(({ model }) => model);
  const requestLine = () => lines.findLast(({ event }) => event === "request") ?? {};

  it("gives the model the active version, and names it in answer, stream and log", async () => {
    const version = await store("acme", "Answer as {{tenant}} would, in verse.");
    await worker.restart();
    const { json } = await chat("acme");
    assert.equal((json.data as unknown as { promptVersion: string }).promptVersion, version);
    const [call] = await worker.runtime.control.modelCalls();
    assert.match(JSON.stringify(call?.inputs), /Answer as Acme Inc\. would, in verse\./);
    const response = await worker.send("/chat", as("acme", { body: { message: "Hello" } }));
    assert.ok(response.body);
    for await (const { event, data } of decodeEvents(response.body))
      if (event === "start") assert.equal((JSON.parse(data) as { promptVersion: string }).promptVersion, version);
    assert.equal(requestLine()["promptVersion"], version);
    assert.deepEqual(requestLine()["overrides"], [`prompt:system=${version}`]);
  });

  it("gives no tenant another one's prompt", async () => {
    await store("globex", "The secret of Globex is zebrafinch.");
    await worker.restart();
    const { json } = await chat("acme");
    assert.notEqual((json.data as unknown as { promptVersion: string }).promptVersion, "default");
    assert.ok(!JSON.stringify(await worker.runtime.control.modelCalls()).includes("zebrafinch"));
    assert.equal(requestLine()["overrides"], undefined);
    await chat("globex");
    assert.ok(JSON.stringify(await worker.runtime.control.modelCalls()).includes("zebrafinch"));
  });

  it("chooses the model by request, then route, then environment", async () => {
    await set("acme", { model: SMALL_MODEL });
    await chat("acme");
    assert.deepEqual(await modelsCalled(), [SMALL_MODEL]);
    await set("acme", { model: SMALL_MODEL, "model:/chat": OTHER_MODEL });
    await chat("acme");
    await chat("acme", { modelId: TENANT_MODEL });
    assert.deepEqual(await modelsCalled(), [OTHER_MODEL, TENANT_MODEL]);
  });

  it("chooses the model of each route apart, and tells it under /health", async () => {
    await set("acme", { "model:/search": SMALL_MODEL, "model:/v1/chat/completions": OTHER_MODEL });
    await worker.call("/search", as("acme", { body: { query: "Where does the red kite nest?" } }));
    const messages = [{ role: "user", content: "Hello" }];
    await worker.call("/v1/chat/completions", as("acme", { body: { messages } }));
    await chat("acme");
    const chatModels = (await modelsCalled()).filter((model) => !model.includes("bge"));
    assert.deepEqual(chatModels, [SMALL_MODEL, OTHER_MODEL, TENANT_MODEL]);
    await set("acme", { model: SMALL_MODEL });
    const { json } = await worker.call("/health", { tenant: "acme" });
    assert.equal((json.data as unknown as { models: { chat: string } }).models.chat, SMALL_MODEL);
  });

  it("never calls a model outside the tenant's allow-list", async () => {
    await set("globex", { model: SMALL_MODEL, "model:/chat": "@cf/baai/bge-base-en-v1.5" });
    await chat("globex");
    assert.deepEqual(await modelsCalled(), [TENANT_MODEL]);
    assert.deepEqual(
      lines.filter(({ event }) => event === "setting_refused").map(({ tenantId, setting }) => [tenantId, setting]),
      [
        ["globex", "model"],
        ["globex", "model:/chat"],
      ],
    );
  });

  it("switches off what a flag stands for, of this tenant alone", async () => {
    const document = { docId: "new.md", text: "New." };
    await set("acme", { ingestion: false, openaiApi: false, searchAnswers: false });
    const refused = [
      await worker.call("/ingest", as("acme", { body: document })),
      await worker.call("/ingest/a-job/retry", as("acme", { method: "POST" })),
      await worker.call("/v1/models", as("acme")),
      await worker.call("/v1/chat/completions", as("acme", { body: { messages: [{ role: "user", content: "?" }] } })),
      await worker.call("/v1/embeddings", as("acme", { body: { input: "?" } })),
    ];
    assert.deepEqual(
      refused.map(({ status }) => status),
      [403, 403, 403, 403, 403],
    );
    assert.match(refused[0]?.text ?? "", /"code":"forbidden","message":"[^"]*switched off[^"]*\(ingestion\)/);
    assert.match(refused[2]?.text ?? "", /^\{"error":\{"message":"[^"]*switched off/);
    assert.deepEqual(requestLine()["overrides"], ["ingestion=false", "openaiApi=false", "searchAnswers=false"]);
    assert.equal((await worker.call("/documents", as("acme"))).status, 200);
    assert.equal((await worker.call("/ingest", as("globex", { body: document }))).status, 200);
    assert.equal((await worker.call("/v1/models", as("globex"))).status, 200);
  });

  it("searches without a model's answer when that is switched off", async () => {
    await set("acme", { searchAnswers: false });
    const { status, json } = await worker.call(
      "/search",
      as("acme", { body: { query: "Where does the red kite nest?" } }),
    );
    assert.equal(status, 200);
    const { sources, answer } = json.data as unknown as { sources: { docId: string }[]; answer: string };
    assert.deepEqual([sources[0]?.docId, answer], ["kites.md", ""]);
    assert.ok((await modelsCalled()).every((model) => model.includes("bge")));
  });

  it("asks who it is before it tells what is switched off", async () => {
    await set("acme", { ingestion: false });
    const { status } = await worker.call("/ingest", { tenant: "acme", body: { docId: "x", text: "x" } });
    assert.equal(status, 401);
  });

  it("sees a change while it serves, within a minute", async () => {
    const before = (await chat("acme")).json.data as unknown as { promptVersion: string };
    const version = await store("acme", "Changed while it served.");
    const changedMs = performance.now();
    const seen = new Set<string>([before.promptVersion]);
    while (!seen.has(version)) {
      assert.ok(performance.now() - changedMs < 60_000, `after a minute: ${[...seen].join(", ")}`);
      await sleep(500);
      seen.add(((await chat("acme")).json.data as unknown as { promptVersion: string }).promptVersion);
    }
    assert.deepEqual([...seen], [before.promptVersion, version]);
  });
});
