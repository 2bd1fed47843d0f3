import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { decodeEvents } from "#base/server-sent-events";
import { quotaObjectName } from "#limits/quota-object-name";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { eventually } from "#worker/testing/eventually";
import type { FaultyQuota } from "#worker/testing/faulty-quota";
import { type Answer, type Call, startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

/** The two ways to a chat model. */
const ROUTES = ["/chat", "/v1/chat/completions"] as const;
type Route = (typeof ROUTES)[number];

interface Usage {
  readonly budgets: readonly { readonly used: number; readonly reserved: number }[];
  readonly spent: readonly {
    readonly scope: string;
    readonly window: string;
    readonly tokens: number;
    readonly calls: number;
  }[];
}

/** A model's answer of `words` words, which says that it cost `tokens`. */
function answerOf(words: number, tokens: number): string[] {
  const text = Array.from({ length: words }, (_, index) => `data: {"response":"word${index} "}\n\n`);
  const usage = { prompt_tokens: tokens - words, completion_tokens: words };
  return [...text, `data: ${JSON.stringify({ response: "", usage })}\n\n`, "data: [DONE]\n\n"];
}

function bodyOf(
  route: Route,
  { text = "x", ...options }: { text?: string; stream?: boolean; maxTokens?: number } = {},
): object {
  const { stream = false, maxTokens } = options;
  if (route === "/chat") return { message: text, stream, ...(maxTokens === undefined ? {} : { maxTokens }) };
  const limit = maxTokens === undefined ? {} : { max_tokens: maxTokens };
  // What /chat puts before it comes from the tenant's prompt.
  return {
    messages: [
      { role: "system", content: "Hi" },
      { role: "user", content: text },
    ],
    stream,
    ...limit,
  };
}

describe("what chats spend, through the whole Worker", () => {
  let worker: TestWorker;
  const keys = new Map<string, string>();
  before(async () => {
    worker = await startTestWorker();
    for (const tenant of ["globex", "soylent", "initech", "stark", "umbrella"]) {
      keys.set(tenant, await worker.makeKey(tenant, ["chat"]));
    }
  });
  after(() => worker.dispose());
  beforeEach(() => worker.runtime.control.reset());

  const as = (tenant: string, extra: Call = {}): Call => ({ tenant, key: keys.get(tenant) ?? "", ...extra });
  const ask = (tenant: string, route: Route, body: object): Promise<Answer> => worker.call(route, as(tenant, { body }));
  const modelCalls = async (): Promise<number> => (await worker.runtime.control.modelCalls()).length;
  const quota = async (tenant: string) => {
    const { QUOTAS } = await worker.runtime.bindings<{ QUOTAS: DurableObjectNamespace<FaultyQuota> }>();
    return QUOTAS.get(QUOTAS.idFromName(quotaObjectName(tenantIdSchema.parse(tenant))));
  };

  async function usage(tenant: string): Promise<Usage & { tokens: number; calls: number }> {
    const { json, status, text } = await worker.call("/usage", as(tenant));
    assert.equal(status, 200, text);
    const report = json.data as unknown as Usage;
    const total = report.spent.find(({ scope, window }) => scope === "tenant" && window === "day");
    return { ...report, tokens: total?.tokens ?? 0, calls: total?.calls ?? 0 };
  }

  it("records 20 parallel chats of 15 tokens as exactly 300", async () => {
    for (const route of ROUTES) {
      const earlier = await usage("globex");
      await worker.runtime.control.plan({ kind: "chunks", chunks: answerOf(10, 15) }, { times: 20 });
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask("globex", route, bodyOf(route))));
      assert.ok(answers.every(({ status }) => status === 200));
      const { tokens, calls } = await eventually(
        () => usage("globex"),
        (now) => now.calls >= earlier.calls + 20,
      );
      assert.deepEqual([tokens - earlier.tokens, calls - earlier.calls], [300, 20], route);
    }
  });

  it("grants never more than the cap of 150, of parallel calls on both routes that may cost 15 each", async () => {
    await worker.runtime.control.plan({ kind: "chunks", chunks: answerOf(13, 15) }, { times: 40 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const route = ROUTES[index % 2] ?? "/chat";
        return ask("soylent", route, bodyOf(route, { maxTokens: 13 }));
      }),
    );
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(answers.filter(({ status }) => status === 200).length, 10);
    assert.equal(refused.length, 30);
    assert.equal(await modelCalls(), 10);
    for (const { headers, text } of refused) {
      assert.match(text, /budget_exceeded/);
      assert.equal(headers.get("x-should-retry"), "false");
    }
    const { budgets } = await eventually(
      () => usage("soylent"),
      ({ budgets: [budget] }) => budget?.reserved === 0,
    );
    assert.equal(budgets[0]?.used, 150);
  });

  it("refuses a stream that the budget does not cover with a status, before any event", async () => {
    const { status, headers } = await ask("soylent", "/chat", bodyOf("/chat", { stream: true, maxTokens: 1_000 }));
    assert.equal(status, 429);
    assert.ok(Number(headers.get("retry-after")) > 0);
  });

  it("has a whole completion answered and paid for when its client leaves before the end", async () => {
    const route = "/v1/chat/completions";
    const earlier = await usage("umbrella");
    await worker.runtime.control.plan({ kind: "delay", delayMs: 500 });
    const controller = new AbortController();
    const answer = worker.send(route, as("umbrella", { body: bodyOf(route), signal: controller.signal }));
    await eventually(modelCalls, (calls) => calls === 1);
    controller.abort();
    await assert.rejects(answer, { name: "AbortError" });
    const { tokens, calls } = await eventually(
      () => usage("umbrella"),
      (now) => now.budgets[0]?.reserved === 0 && now.calls > earlier.calls,
    );
    assert.equal(calls - earlier.calls, 1);
    // What it could have cost at most is a thousand.
    assert.ok(tokens - earlier.tokens > 2 && tokens - earlier.tokens < 200, String(tokens - earlier.tokens));
  });

  for (const route of ROUTES) {
    it(`${route}: leaves a settled ledger when its client is killed, at whichever event`, async () => {
      const WORDS = 5;
      for (let seen = 0; seen <= WORDS + 2; seen++) {
        const { tokens: earlier } = await usage("umbrella");
        await worker.runtime.control.plan({ kind: "chunks", chunks: answerOf(WORDS, 15), delayMs: 8 });
        const controller = new AbortController();
        const body = bodyOf(route, { stream: true });
        const response = await worker.send(route, as("umbrella", { body, signal: controller.signal }));
        await readEvents(response, seen);
        controller.abort();
        const { tokens } = await eventually(
          () => usage("umbrella"),
          (now) => now.budgets[0]?.reserved === 0 && now.tokens > earlier,
        );
        // A turn goes on without its client; a completion ends with it, and what it said is paid.
        if (route === "/chat") assert.equal(tokens - earlier, 15, `after ${seen} events`);
        else assert.ok(tokens - earlier >= Math.min(seen, WORDS) && tokens - earlier <= 20, `after ${seen} events`);
      }
    });

    it(`${route}: makes no model call when the ledger does not reserve, and only one when it does not settle`, async () => {
      const ledger = await quota("umbrella");
      const { tokens: earlier } = await usage("umbrella");
      await ledger.failOn(["admit", "settle"]);
      const refused = await ask("umbrella", route, bodyOf(route));
      assert.equal(refused.status, 503, refused.text);
      assert.match(refused.text, /model_unavailable/);
      assert.equal(await modelCalls(), 0);
      await ledger.failOn(["settle"]);
      await worker.runtime.control.plan({ kind: "chunks", chunks: answerOf(5, 15) });
      const { status, text } = await ask("umbrella", route, bodyOf(route));
      assert.equal(status, 200, text);
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(await modelCalls(), 1);
      await ledger.failOn([]);
      const { tokens } = await eventually(
        () => usage("umbrella"),
        (now) => now.budgets[0]?.reserved === 0,
      );
      assert.equal(tokens - earlier, 15);
    });
  }

  it("serves 20 of 60 chats at once, with the true time to wait, and keeps nothing of the others", async () => {
    const chats = Array.from({ length: 60 }, (_, index) => ({ ...bodyOf("/chat"), sessionId: `burst-${index}` }));
    const startedMs = performance.now();
    const answers = await Promise.all(chats.map((body) => ask("stark", "/chat", body)));
    const tookSeconds = (performance.now() - startedMs) / 1_000;
    const refused = answers.filter(({ status }) => status === 429);
    assert.deepEqual([answers.length - refused.length, refused.length], [20, 40]);
    assert.equal(await modelCalls(), 20);
    for (const { headers } of refused) {
      const seconds = Number(headers.get("retry-after"));
      // Of ten seconds since the first was served.
      assert.ok(seconds >= 9 - tookSeconds && seconds <= 11, headers.get("retry-after") ?? "");
      assert.match(headers.get("ratelimit") ?? "", /"principal-burst";r=0;t=\d+/);
    }
    const served = answers.find(({ status }) => status === 200);
    assert.match(served?.headers.get("ratelimit") ?? "", /"principal";r=\d+;t=\d+/);
  });

  it("counts by the key, whichever user a completion names", async () => {
    const key = await worker.makeKey("stark", ["chat"]);
    const headers = { "cf-connecting-ip": "192.0.2.78" };
    const send = (index: number) => {
      const body = { ...bodyOf("/v1/chat/completions"), user: `user-${index}`, safety_identifier: `person-${index}` };
      return worker.call("/v1/chat/completions", as("stark", { key, body, headers }));
    };
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => send(index)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 20);
    assert.equal(answers.filter(({ status }) => status === 429).length, 20);
  });

  it("counts a chat that is refused before it reaches its session", async () => {
    const key = await worker.makeKey("stark", ["chat"]);
    const headers = { "cf-connecting-ip": "192.0.2.77" };
    const send = (body: object) => worker.call("/chat", as("stark", { key, body, headers }));
    const answers = await Promise.all(Array.from({ length: 30 }, () => send({ mesage: "a typo" })));
    assert.equal(answers.filter(({ status }) => status === 400).length, 20);
    assert.equal(answers.filter(({ status }) => status === 429).length, 10);
  });

  // Last: what a busy isolate has leased stays reserved for a while.
  for (const route of ROUTES) {
    it(`${route}: asks the quota object once, for rate and budget together, and almost never when it is busy`, async () => {
      const object = await quota("umbrella");
      const key = await worker.makeKey("umbrella", ["chat"]);
      await object.takeCalls();
      await worker.call(route, as("umbrella", { key, body: bodyOf(route) }));
      assert.equal((await object.takeCalls()).admit, 1);
      // How long a lease holds is a matter of time, and so of the machine: one busy moment of many has to show it.
      const perRound = [];
      for (let round = 0; round < 12; round++) {
        await Promise.all(Array.from({ length: 20 }, () => ask("umbrella", route, bodyOf(route))));
        perRound.push((await object.takeCalls()).admit);
      }
      assert.ok(Math.min(...perRound) <= 4, `calls for 20 requests each: ${perRound.join()}`);
    });
  }
});

/** Reads so many events of an answer, and leaves the rest. */
async function readEvents(response: Response, count: number): Promise<void> {
  let seen = 0;
  if (count === 0) return;
  for await (const _ of decodeEvents(response.body as unknown as AsyncIterable<Uint8Array>)) {
    seen += 1;
    if (seen === count) return;
  }
}
