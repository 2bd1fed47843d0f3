import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import type { GatewayReply } from "./testing/gateway-call.js";
import { GPT_OSS, LLAMA_70B, LLAMA_8B, startGateway, type TestGateway } from "./testing/start-gateway.js";

/** What the simulators put into every failure; none of it may reach a caller. */
const PROVIDER_TEXT = /AiError|InferenceUpstream|Capacity|internalCode|simulat|html|Bad Gateway|3040|3043/i;
const TIMEOUTS = { firstTokenMs: 400, idleMs: 250, totalMs: 5_000 };
const WITH_FALLBACK = {
  timeouts: TIMEOUTS,
  allowedModels: [LLAMA_8B, GPT_OSS],
  fallbacks: { [LLAMA_70B]: [LLAMA_8B, GPT_OSS] },
};
const ALONE = { timeouts: TIMEOUTS };

const textOf = ({ parts }: GatewayReply) => parts.map((part) => (part.type === "text" ? part.text : "")).join("");
const endOf = ({ parts }: GatewayReply) => {
  const end = parts.at(-1);
  return end?.type === "end" ? end : assert.fail(`the last part is ${JSON.stringify(end)}`);
};
const recordOf = ({ records }: GatewayReply) => {
  assert.equal(records.length, 1, "one record per call");
  return records[0] ?? assert.fail();
};

describe("streamText, in workerd", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  beforeEach(() => gateway.runtime.control.reset());
  after(() => gateway.dispose());

  const { plan } = {
    plan: (...given: Parameters<TestGateway["runtime"]["control"]["plan"]>) => gateway.runtime.control.plan(...given),
  };
  const calledModels = async () => (await gateway.runtime.control.modelCalls()).map(({ model }) => model);
  const scope = { model: LLAMA_70B };

  /** Failures before the first token, all of which another model may make good. */
  const recoverable = [
    ["HTTP 429", { kind: "error", status: 429 }, "unavailable"],
    ["HTTP 500", { kind: "error", status: 500 }, "unavailable"],
    ["HTTP 503", { kind: "error", status: 503 }, "unavailable"],
    ["HTTP 408", { kind: "error", status: 408 }, "timeout"],
    ["no answer", { kind: "hang" }, "timeout"],
    ["an answer that is late", { kind: "delay", delayMs: 2_000 }, "timeout"],
    ["a stream that breaks at once", { kind: "cut", afterTokens: 0 }, "unavailable"],
    ["a stream that never says anything", { kind: "stall", afterTokens: 0 }, "timeout"],
    ["a page of HTML as JSON", { kind: "garbage" }, "unavailable"],
    ["a page of HTML as a stream", { kind: "garbage", contentType: "text/event-stream" }, "unavailable"],
    ["JSON that is no answer", { kind: "garbage", body: '{"success":true}' }, "unavailable"],
    [
      "an error as the first event",
      { kind: "chunks", chunks: ['data: {"errors":[{"message":"x"}]}\n\n'] },
      "unavailable",
    ],
    ["an empty stream", { kind: "chunks", chunks: [] }, "unavailable"],
    ["half an event", { kind: "chunks", chunks: ['data: {"respon'] }, "unavailable"],
  ] as const;

  for (const [name, behaviour, outcome] of recoverable) {
    it(`${name}: the fallback answers, and the answer says so`, async () => {
      await plan(behaviour, scope);
      const reply = await gateway.chat({ ai: WITH_FALLBACK });
      assert.equal(reply.model, LLAMA_8B);
      assert.notEqual(textOf(reply), "");
      assert.equal(endOf(reply).finishReason, "stop");
      assert.deepEqual(await calledModels(), [LLAMA_70B, LLAMA_8B]);
      const { requestedModel, model, status, attempts } = recordOf(reply);
      assert.deepEqual([requestedModel, model, status], [LLAMA_70B, LLAMA_8B, "ok"]);
      assert.deepEqual(
        attempts.map((attempt) => attempt.outcome),
        [outcome, "answered"],
      );
    });

    it(`${name}: without a fallback, model_unavailable after one call`, async () => {
      await plan(behaviour, scope);
      const reply = await gateway.chat({ ai: ALONE });
      assert.equal(reply.error?.code, "model_unavailable");
      assert.match(reply.error.headers["Retry-After"] ?? "", /^\d+$/);
      assert.doesNotMatch(reply.error.message, PROVIDER_TEXT);
      assert.equal((await calledModels()).length, 1);
      assert.deepEqual([recordOf(reply).status, recordOf(reply).usage.tokensOut], ["unavailable", 0]);
    });
  }

  for (const status of [400, 413, 422, 401, 403]) {
    const isRejected = ![401, 403].includes(status);
    it(`HTTP ${status}: ${isRejected ? "upstream_rejected" : "model_unavailable"} at once, no fallback`, async () => {
      await plan({ kind: "error", status }, scope);
      const reply = await gateway.chat({ ai: WITH_FALLBACK });
      assert.equal(reply.error?.code, isRejected ? "upstream_rejected" : "model_unavailable");
      assert.doesNotMatch(reply.error.message, PROVIDER_TEXT);
      assert.deepEqual(await calledModels(), [LLAMA_70B]);
      assert.equal(recordOf(reply).status, isRejected ? "rejected" : "refused");
    });
  }

  for (const [name, behaviour] of [
    ["breaks", { kind: "cut", afterTokens: 2 }],
    ["falls silent", { kind: "stall", afterTokens: 2 }],
    [
      "turns to garbage",
      {
        kind: "chunks",
        chunks: ['data: {"response":"a "}\n\n', 'data: {"response":"b"}\n\n', "data: <html>\n\n"],
        delayMs: 5,
      },
    ],
    [
      "tells an error",
      {
        kind: "chunks",
        chunks: ['data: {"response":"a "}\n\n', 'data: {"response":"b"}\n\n', 'data: {"error":"x"}\n\n'],
        delayMs: 5,
      },
    ],
    [
      "just ends",
      { kind: "chunks", chunks: ['data: {"response":"a "}\n\n', 'data: {"response":"b"}\n\n'], delayMs: 5 },
    ],
  ] as const) {
    for (const ai of [WITH_FALLBACK, ALONE]) {
      it(`a stream that ${name} after its first tokens is never restarted${ai === ALONE ? "" : ", fallback or not"}`, async () => {
        await plan(behaviour, scope);
        const reply = await gateway.chat({ ai });
        assert.notEqual(textOf(reply), "");
        assert.ok(
          reply.parts.every((part) => part.type === "text"),
          "no end was told",
        );
        assert.equal(reply.error?.code, "model_unavailable");
        assert.doesNotMatch(reply.error.message, PROVIDER_TEXT);
        assert.deepEqual(await calledModels(), [LLAMA_70B]);
        const { status, usage } = recordOf(reply);
        assert.equal(status, "broken");
        assert.ok(usage.isEstimate && usage.tokensOut > 0, "what was produced is in the record");
      });
    }
  }

  it("gives an answer in one piece the time that its tokens may take", async () => {
    const whole = (maxTokens: number) => gateway.chat({ ai: ALONE }, { isWhole: true, maxTokens });
    await plan({ kind: "delay", delayMs: 1_000 }, { times: 2 });
    assert.equal((await whole(100)).error, undefined);
    assert.equal((await whole(1)).error?.code, "model_unavailable");
  });

  it("goes through the chain in order and gives up after its end", async () => {
    await plan({ kind: "error", status: 503 }, { times: 3 });
    const reply = await gateway.chat({ ai: WITH_FALLBACK });
    assert.equal(reply.error?.code, "model_unavailable");
    assert.deepEqual(await calledModels(), [LLAMA_70B, LLAMA_8B, GPT_OSS]);
  });

  it("begins no attempt after totalMs", async () => {
    await plan({ kind: "hang" }, { times: 3 });
    const timeouts = { firstTokenMs: 700, totalMs: 1_000 };
    const reply = await gateway.chat({ ai: { ...WITH_FALLBACK, timeouts } });
    assert.equal(reply.error?.code, "model_unavailable");
    assert.deepEqual(await calledModels(), [LLAMA_70B, LLAMA_8B]);
  });

  it("stops asking a model that keeps failing, and says when it will ask again", async () => {
    await plan({ kind: "error", status: 503 }, { times: 5 });
    const call = () => gateway.chat({ ai: ALONE, isolate: "keeps-failing" });
    for (let n = 0; n < 5; n++) assert.equal((await call()).error?.code, "model_unavailable");
    const reply = await call();
    assert.equal((await calledModels()).length, 5);
    assert.ok(Number(reply.error?.headers["Retry-After"]) >= 9);
    assert.equal(recordOf(reply).attempts[0]?.outcome, "skipped");
    const other = await gateway.chat({ ai: ALONE, isolate: "keeps-failing", tenantId: "globex" });
    assert.equal(other.error, undefined, "another tenant is not held back");
  });

  for (const [name, call, behaviour] of [
    ["while the model is silent", { abortAfterMs: 50 }, { kind: "hang" }],
    ["before the first token", { abortAfterMs: 50 }, { kind: "stall", afterTokens: 0 }],
    ["after the first token", { abortAfterParts: 2 }, { kind: "stall", afterTokens: 3 }],
    ["in a silence", { abortAfterMs: 100 }, { kind: "stall", afterTokens: 3 }],
  ] as const) {
    it(`the caller's abort ${name} ends the call at once: cancelled, no fallback, no mark against the model`, async () => {
      await plan(behaviour, scope);
      // Long: whoever waits for one of these says so in the answer, not by the clock.
      const timeouts = { firstTokenMs: 30_000, idleMs: 30_000, totalMs: 60_000 };
      const reply = await gateway.chat({ ai: { ...WITH_FALLBACK, timeouts }, ...call });
      assert.equal(reply.error?.message, "the caller left");
      assert.deepEqual(await calledModels(), [LLAMA_70B]);
      assert.equal(recordOf(reply).status, "cancelled");
      assert.ok((await gateway.runtime.control.modelCalls()).every(({ status }) => status !== 503));
    });
  }

  it("cancels the provider's call when the caller leaves the loop", async () => {
    await plan({ kind: "stall", afterTokens: 3 }, scope);
    const reply = await gateway.chat({ leaveAfterParts: 1 });
    assert.deepEqual([recordOf(reply).status, reply.error], ["cancelled", undefined]);
    for (let n = 0; n < 50 && !(await gateway.runtime.control.modelCalls())[0]?.aborted; n++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal((await gateway.runtime.control.modelCalls())[0]?.aborted, true);
  });

  it("does not take a slow reader for a silent model", async () => {
    await plan({ kind: "answer", text: "one two three" });
    const reply = await gateway.chat({ readDelayMs: 150, ai: { timeouts: { ...TIMEOUTS, idleMs: 100 } } });
    assert.equal(textOf(reply), "one two three");
    assert.equal(endOf(reply).finishReason, "stop");
  });

  it("lets a complete answer end by itself, so that the gateway logs it as complete", async () => {
    // The stream closes a while after [DONE].
    await plan({ kind: "chunks", chunks: ['data: {"response":"a"}\n\n', "data: [DONE]\n\n"], delayMs: 40 });
    await gateway.chat({ readDelayMs: 60 });
    for (let n = 0; n < 50 && !(await gateway.runtime.control.modelCalls())[0]?.finished; n++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const [call] = await gateway.runtime.control.modelCalls();
    assert.deepEqual([call?.finished, call?.aborted], [true, undefined]);
  });

  for (const model of [LLAMA_70B, GPT_OSS]) {
    it(`${model}: text, usage, cost and log id of a good answer`, async () => {
      await plan({ kind: "answer", text: "one two three" });
      const reply = await gateway.chat({}, { model });
      assert.equal(textOf(reply), "one two three");
      const { usage, finishReason } = endOf(reply);
      assert.deepEqual([usage.isEstimate, finishReason], [false, "stop"]);
      const record = recordOf(reply);
      assert.deepEqual(record.usage, usage);
      assert.deepEqual(record.logIds, [reply.logId]);
      assert.ok(record.costMicroUsd !== undefined && record.costMicroUsd > 0);
      assert.ok(!JSON.stringify(record).includes("three"), "no contents in a record");
    });

    it(`${model}: tool calls, complete, in order and with ids`, async () => {
      const toolCalls = [
        { name: "weather", arguments: { city: "Zürich" } },
        { name: "time", arguments: {} },
      ];
      await plan({ kind: "answer", toolCalls });
      const tools = toolCalls.map(({ name }) => ({ name, parameters: { type: "object" } }));
      const reply = await gateway.chat({}, { model, tools });
      const calls = reply.parts.flatMap((part) => (part.type === "tool_call" ? [part.call] : []));
      assert.deepEqual(
        calls.map((call) => [call.name, JSON.parse(call.arguments) as unknown]),
        toolCalls.map((call) => [call.name, call.arguments]),
      );
      assert.equal(new Set(calls.map(({ id }) => id)).size, 2);
      assert.equal(endOf(reply).finishReason, "tool_calls");
    });

    it(`${model}: a further round, with what the tools gave`, async () => {
      const reply = await gateway.chat(
        {},
        {
          model,
          messages: [
            { role: "user", content: "Weather in Rome?" },
            {
              role: "assistant",
              content: "",
              toolCalls: [{ id: "c1", name: "weather", arguments: '{"city":"Rome"}' }],
            },
            { role: "tool", content: "It is sunny in Rome.", toolCallId: "c1" },
          ],
        },
      );
      assert.equal(reply.error, undefined);
      assert.notEqual(textOf(reply), "");
    });

    it(`${model}: an answer in JSON`, async () => {
      const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
      const reply = await gateway.chat({}, { model, responseFormat: { type: "json_schema", schema } });
      assert.ok("city" in (JSON.parse(textOf(reply)) as object));
      assert.equal(endOf(reply).usage.isEstimate, false);
    });

    it(`${model}: an answer in one piece, of which no first token is told`, async () => {
      await plan({ kind: "answer", text: "one two three four five" });
      const reply = await gateway.chat({}, { model, isWhole: true, stop: ["three"] });
      assert.equal(textOf(reply), "one two ");
      assert.deepEqual([endOf(reply).finishReason, endOf(reply).usage.isEstimate], ["stop", false]);
      const { status, firstTokenMs, latencyMs } = recordOf(reply);
      assert.deepEqual([status, firstTokenMs, latencyMs >= 0], ["ok", undefined, true]);
    });

    it(`${model}: ends before a stop sequence and cancels the rest`, async () => {
      await plan({ kind: "answer", text: "one two three four five" });
      const reply = await gateway.chat({}, { model, stop: ["three"] });
      assert.equal(textOf(reply), "one two ");
      assert.equal(endOf(reply).finishReason, "stop");
      assert.equal(recordOf(reply).status, "ok");
    });
  }
});
