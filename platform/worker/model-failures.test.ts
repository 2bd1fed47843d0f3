import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { decodeEvents, type ServerSentEvent } from "#base/server-sent-events";
import type { ModelBehaviour } from "#simulators/contract/control-messages";
import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";
import { UMBRELLA_FALLBACK, UMBRELLA_MODEL } from "#worker/testing/two-tenants";

/** Nothing of this may reach a caller: the simulators' words, and a provider's. */
const PROVIDER_TEXT = /AiError|InferenceUpstream|Capacity|internalCode|simulat|html|secret detail|\b304[03]\b/i;

/** When a model fails, and whether another one may still answer: a stream that has begun is never started again. */
const FAILURES: readonly { when: string; behaviour: ModelBehaviour; hasBegun: boolean }[] = [
  { when: "before", behaviour: { kind: "error", status: 500, message: "secret detail" }, hasBegun: false },
  { when: "in the middle of", behaviour: { kind: "chunks", chunks: ['data: {"respon'] }, hasBegun: false },
  {
    when: "after",
    behaviour: {
      kind: "chunks",
      chunks: ['data: {"response":"So far "}\n\n', 'data: {"error":"secret detail"}\n\n'],
      delayMs: 20,
    },
    hasBegun: true,
  },
];

/** A tenant's model with a fallback, and without. */
const CHAINS = [
  { chain: "with a fallback", model: UMBRELLA_MODEL, hasFallback: true },
  { chain: "without", model: UMBRELLA_FALLBACK, hasFallback: false },
] as const;

describe("a model that fails", () => {
  let worker: TestWorker;
  let key: string;
  before(async () => {
    worker = await startTestWorker();
    key = await worker.makeKey("umbrella", ["chat"]);
  });
  after(() => worker.dispose());
  beforeEach(() => worker.runtime.control.reset());

  const ask = async (path: string, body: object) => {
    const response = await worker.send(path, { tenant: "umbrella", key, body });
    const text = await response.text();
    assert.doesNotMatch(text, PROVIDER_TEXT);
    const events: ServerSentEvent[] = [];
    if (response.headers.get("content-type")?.startsWith("text/event-stream") === true)
      for await (const event of decodeEvents(bytesOf(text))) events.push(event);
    return { status: response.status, text, events, names: events.map(({ event }) => event) };
  };
  const history = async (sessionId: string): Promise<string[]> => {
    const { status, json } = await worker.call(`/chat/${sessionId}/history`, { tenant: "umbrella", key });
    if (status === 404) return [];
    const { messages } = json.data as unknown as { messages: { role: string; content: string }[] };
    return messages.map(({ role, content }) => `${role}: ${content}`);
  };
  const called = async () => (await worker.runtime.control.modelCalls()).map(({ model }) => model);

  for (const { when, behaviour, hasBegun } of FAILURES) {
    for (const { chain, model, hasFallback } of CHAINS) {
      const isAnswered = hasFallback && !hasBegun;
      const plan = () => worker.runtime.control.plan(behaviour, { model });
      const asked = isAnswered ? [UMBRELLA_MODEL, UMBRELLA_FALLBACK] : [model];

      describe(`${when} its first token, ${chain}`, () => {
        // In a new isolate, which has not learnt yet that the model fails: that would keep it from being asked.
        before(() => worker.restart());

        it("as a stream of /chat: an event, and no message of a turn that said nothing", async () => {
          await plan();
          const sessionId = crypto.randomUUID();
          const { status, names, events } = await ask("/chat", { sessionId, message: "hi", modelId: model });
          assert.equal(status, 200);
          assert.deepEqual(await called(), asked);
          const done = JSON.parse(events.at(-1)?.data ?? "") as { ok: boolean; usage?: { modelId: string } };
          if (isAnswered) {
            assert.ok(names.includes("message") && !names.includes("error"), names.join());
            assert.deepEqual([done.ok, done.usage?.modelId], [true, UMBRELLA_FALLBACK]);
            assert.equal((await history(sessionId)).length, 2);
            return;
          }
          assert.deepEqual(names, ["start", ...(hasBegun ? ["message"] : []), "error", "done"]);
          assert.match(events.at(-2)?.data ?? "", /"code":"model_unavailable"/);
          assert.equal(done.ok, false);
          assert.deepEqual(await history(sessionId), hasBegun ? ["user: hi", "assistant: So far "] : []);
        });

        it("as JSON of /chat: a status, and what was said is kept", async () => {
          await plan();
          const sessionId = crypto.randomUUID();
          const { status, text } = await ask("/chat", { sessionId, message: "hi", modelId: model, stream: false });
          assert.equal(status, isAnswered ? 200 : 503, text);
          if (!isAnswered) assert.match(text, /"code":"model_unavailable"/);
          assert.deepEqual(await called(), asked);
          const kept = await history(sessionId);
          assert.equal(kept.length, isAnswered || hasBegun ? 2 : 0, kept.join());
        });

        for (const stream of [true, false]) {
          it(`as ${stream ? "a stream" : "JSON"} of /v1/chat/completions`, async () => {
            await plan();
            const body = { model, messages: [{ role: "user", content: "hi" }], stream };
            const { status, text } = await ask("/v1/chat/completions", body);
            assert.deepEqual(await called(), asked);
            if (isAnswered) {
              assert.equal(status, 200, text);
              assert.ok(!stream || text.endsWith("data: [DONE]\n\n"), text);
              return;
            }
            // Once its head is sent a stream can only say so in an event, and must not look finished.
            assert.equal(status, stream && hasBegun ? 200 : 503, text);
            assert.match(text, /"code":"model_unavailable"/);
            assert.doesNotMatch(text, /\[DONE\]/);
            if (stream && hasBegun) assert.match(text, /So far /);
          });
        }
      });
    }
  }
});

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}
