import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { sha256Hex } from "#base/digest";
import { SCOPES } from "#tenancy/scopes";
import { eventually } from "#worker/testing/eventually";
import { startTestWorker, type Call, type TestWorker } from "#worker/testing/start-test-worker";

describe("rate limits and budgets, in workerd", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker.dispose());

  /** Each test comes from an address of its own, so that only what it means to limit is limited. */
  let address = 0;
  beforeEach(() => {
    address += 1;
  });
  const initech = (key?: string, { headers = {}, ...extra }: Call = {}): Call => ({
    tenant: "initech",
    ...(key === undefined ? {} : { key }),
    headers: { "cf-connecting-ip": `192.0.2.${address}`, ...headers },
    ...extra,
  });

  it("serves the burst of requests that come at once and refuses the rest, with the true time to wait", async () => {
    const key = await worker.makeKey("initech", ["search"]);
    const answers = await Promise.all(Array.from({ length: 60 }, () => worker.call("/documents", initech(key))));
    const served = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(served.length, 20);
    assert.equal(refused.length, 40);
    for (const { headers, json } of refused) {
      assert.equal(json.error?.code, "rate_limited");
      const seconds = Number(headers.get("retry-after"));
      assert.ok(seconds >= 9 && seconds <= 11, headers.get("retry-after") ?? "");
      assert.match(headers.get("ratelimit-policy") ?? "", /"principal";q=60;w=60/);
    }
    assert.match(served[0]?.headers.get("ratelimit") ?? "", /"principal";r=\d+;t=\d+/);
  });

  it("counts by the key, whatever the request says of its user", async () => {
    const key = await worker.makeKey("initech", ["chat"]);
    const send = (index: number) =>
      worker.call(
        "/v1/models",
        initech(key, { headers: { "x-user-id": `user-${index}`, "x-forwarded-for": `10.0.0.${index}` } }),
      );
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => send(index)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 20);
  });

  it("leaves other tenants and keys alone", async () => {
    assert.equal((await worker.call("/documents", { tenant: "acme", key: worker.keys.acme })).status, 200);
  });

  it("reserves before a model call and refuses what the budget cannot cover, without any call", async () => {
    const key = await worker.makeKey("initech", ["chat"]);
    const chat = (maxTokens: number) =>
      worker.call("/chat", initech(key, { body: { message: "hi", stream: false, maxTokens } }));
    assert.equal((await chat(1_000)).status, 200);
    await worker.runtime.control.reset();
    const refused = await chat(30_000);
    assert.equal(refused.status, 429, refused.text);
    assert.equal(refused.json.error?.code, "budget_exceeded");
    assert.equal((await worker.runtime.control.modelCalls()).length, 0);
  });

  it("tells what was used, and settles to what the calls did cost", async () => {
    const key = await worker.makeKey("initech", ["chat"]);
    const read = async () => {
      const { json, status, text } = await worker.call("/usage", initech(key));
      assert.equal(status, 200, text);
      return json.data as unknown as {
        limits: { name: string }[];
        budgets: { used: number; reserved: number; limit: number }[];
      };
    };
    const before = (await read()).budgets[0]?.used ?? 0;
    const { json } = await worker.call(
      "/chat",
      initech(key, { body: { message: "hello", stream: false, maxTokens: 100 } }),
    );
    const { usage } = json.data as unknown as { usage: { totalTokens: number } };
    let budget = (await read()).budgets[0];
    for (let attempt = 0; attempt < 50 && budget?.used !== before + usage.totalTokens; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      budget = attempt % 5 === 0 ? (await read()).budgets[0] : budget;
    }
    assert.equal(budget?.used, before + usage.totalTokens);
    assert.equal(budget.reserved, 0);
    assert.equal(budget.limit, 3_000);
  });

  const MODEL_CALLS: readonly (readonly [path: string, body: object])[] = [
    ["/chat", { message: "hi", stream: false }],
    ["/v1/chat/completions", { messages: [{ role: "user", content: "hi" }] }],
    ["/v1/embeddings", { input: "hi", model: "@cf/baai/bge-base-en-v1.5" }],
    ["/ingest", { docId: "a.md", text: "Lamps cost 40." }],
    ["/search", { query: "What do lamps cost?", mode: "retrieve" }],
    ["/tools/execute", { tool: "summarize", arguments: { text: "Lamps cost 40. They shine." } }],
    [
      "/mcp",
      {
        ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
        params: { name: "summarize", arguments: { text: "Lamps cost 40. They shine." } },
      },
    ],
    ["/tts", { text: "Lamps cost 40.", streaming: false }],
  ];
  for (const [path, body] of MODEL_CALLS)
    it(`${path}: is counted for the key that asked and for no other, and the gateway is told which`, async () => {
      const [key, other] = [await worker.makeKey("acme", SCOPES), await worker.makeKey("acme", SCOPES)];
      const trace = `counted-${path.replaceAll("/", "-")}`;
      const answer = await worker.call(path, { tenant: "acme", key, body, headers: { "x-request-id": trace } });
      assert.equal(answer.status, 200, answer.text);
      const told = await eventually(
        async () => {
          const logs = await worker.runtime.control.gatewayLogs({ gateway: "acme-dev" });
          return logs.map(({ metadata }) => metadata).filter((metadata) => metadata["trace"] === trace);
        },
        ({ length }) => length > 0,
      );
      assert.deepEqual(new Set(told.map(({ principal }) => principal)), new Set([await keyIdOf(key)]));
      const callsOf = async (whose: string): Promise<number> => {
        const { json } = await worker.call("/usage", { tenant: "acme", key: whose });
        const { spent } = json.data as unknown as { spent: { scope: string; window: string; calls: number }[] };
        return spent.find(({ scope, window }) => scope === "key" && window === "day")?.calls ?? 0;
      };
      await eventually(async () => (await callsOf(key)) > 0);
      assert.equal(await callsOf(other), 0);
    });

  it("tells what is open to a key: its scopes, and which features its tenant has", async () => {
    const key = await worker.makeKey("initech", ["chat", "metrics"]);
    const open = async (call: Call): Promise<unknown> => {
      const { scopes, features } = (await worker.call("/usage", call)).json.data as unknown as Record<string, unknown>;
      return { scopes, features };
    };
    assert.deepEqual(await open(initech(key)), {
      scopes: ["chat", "metrics"],
      features: { metrics: true, speech: [] },
    });
    const speaking = await open({ tenant: "acme", key: await worker.makeKey("acme", ["tts"]) });
    assert.deepEqual(speaking, {
      scopes: ["tts"],
      features: { metrics: true, speech: ["@cf/deepgram/aura-1", "@cf/myshell-ai/melotts"] },
    });
  });

  it("demands a key for /usage", async () => {
    assert.equal((await worker.call("/usage", initech())).status, 401);
  });
});

/** The public name of a key, as its record holds it. */
async function keyIdOf(key: string): Promise<string> {
  return `key_${(await sha256Hex(`id:${key}`)).slice(0, 16)}`;
}
