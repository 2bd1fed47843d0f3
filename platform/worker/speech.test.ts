import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { decodeAudio } from "#worker/testing/decode-audio";
import { eventually } from "#worker/testing/eventually";
import { type Answer, startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

const AURA = "@cf/deepgram/aura-1";
const MELO = "@cf/myshell-ai/melotts";

/** Three pieces: each sentence is long enough to be said alone. */
const SENTENCES = [
  "The lamp on the table by the window is switched on.",
  `Every evening ${"it shines over the harbour and the boats that come home from the sea ".repeat(3)}at eight.`,
  "Then it goes out.",
];
const TEXT = SENTENCES.join(" ");

/** What the simulated voices take for it, seconds: 15 characters each. */
function expectedSeconds(pieces: readonly string[]): number {
  return pieces.reduce((sum, { length }) => sum + length / 15, 0);
}

describe("speech, through the whole Worker", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker.dispose());
  beforeEach(() => worker.runtime.control.reset());

  const say = (body: object, key = worker.keys.acme): Promise<Response> =>
    worker.send("/tts", { tenant: "acme", key, body });
  const refuse = (body: object): Promise<Answer> =>
    worker.call("/tts", { tenant: "acme", key: worker.keys.acme, body });

  for (const [format, type, modelId] of [
    ["mp3", "audio/mpeg", AURA],
    ["wav", "audio/wav", AURA],
    ["opus", "audio/ogg; codecs=opus", AURA],
    ["pcm", "audio/pcm", AURA],
    ["wav", "audio/wav", MELO],
  ] as const) {
    for (const streaming of [true, false]) {
      it(`${modelId} gives ${format}${streaming ? ", streamed" : ""}: one file of all pieces, as long as the text`, async () => {
        const response = await say({ text: TEXT, format, modelId, streaming });
        assert.equal(response.status, 200);
        assert.equal(response.headers.get("content-type"), type);
        const bytes = new Uint8Array(await response.arrayBuffer());
        assert.equal(response.headers.get("content-length"), streaming ? null : String(bytes.length));
        const { seconds, sampleRate, toldSeconds } = decodeAudio(type, bytes);
        assert.ok(Math.abs(seconds - expectedSeconds(SENTENCES)) < 0.2, `${seconds} s`);
        assert.equal(sampleRate, modelId === MELO ? 44_100 : format === "opus" ? 48_000 : 24_000);
        if (format === "wav") assert.equal(toldSeconds, streaming ? undefined : seconds);
        const calls = await worker.runtime.control.modelCalls();
        assert.equal(calls.length, SENTENCES.length);
        assert.ok(
          calls.every(({ model, options }) => model === modelId && JSON.stringify(options).includes("acme-dev")),
        );
      });
    }
  }

  it("sends the first audio before the last sentence is said", async () => {
    await worker.runtime.control.plan({ kind: "delay", delayMs: 0 });
    await worker.runtime.control.plan({ kind: "delay", delayMs: 0 });
    await worker.runtime.control.plan({ kind: "hang" });
    const response = await say({ text: TEXT });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const { value, done } = await reader.read();
    assert.ok(!done && value.length > 0);
    // The last sentence waits for its model for ever; whoever leaves ends that.
    await reader.cancel();
  });

  it("ends the model's call when the listener leaves, and asks for nothing more", async () => {
    const leave = new AbortController();
    // Five minutes of samples: more than waits in any buffer for a listener who does not read.
    const body = { text: "Nine words of the harbour and its boats, said. ".repeat(100), format: "pcm" };
    const caller = { tenant: "acme", key: worker.keys.acme, signal: leave.signal };
    const response = await worker.send("/tts", { ...caller, body });
    await (response.body as ReadableStream<Uint8Array>).getReader().read();
    leave.abort();
    await eventually(async () => (await worker.runtime.control.modelCalls()).some(({ aborted }) => aborted === true));
    const calls = await worker.runtime.control.modelCalls();
    assert.ok(calls.length < 10, `${calls.length} calls`);
    assert.equal(calls.at(-1)?.aborted, true);
  });

  it("breaks off when a model does in the middle, and never ends as if it were complete", async () => {
    await worker.runtime.control.plan({ kind: "cut", afterTokens: 2 });
    const response = await say({ text: TEXT });
    assert.equal(response.status, 200);
    await assert.rejects(response.arrayBuffer());
  });

  for (const [what, behaviour, status, code] of [
    ["is down", { kind: "error", status: 503 }, 503, "model_unavailable"],
    ["answers something else", { kind: "garbage" }, 503, "model_unavailable"],
    ["answers JSON without audio", { kind: "garbage", body: "{}" }, 503, "model_unavailable"],
    ["refuses the text", { kind: "error", status: 400, message: "secret of the provider" }, 502, "upstream_rejected"],
  ] as const) {
    it(`${status} ${code} when the model ${what}`, async () => {
      await worker.runtime.control.plan(behaviour);
      const { json, text, status: seen } = await refuse({ text: TEXT });
      assert.deepEqual([seen, json.error?.code], [status, code]);
      assert.doesNotMatch(text, /secret/);
    });
  }

  for (const [what, body, field, hint] of [
    ["no text", {}, "text", /string/],
    ["nothing that can be said", { text: " …!? " }, "text", /letter or a digit/],
    ["too long a text", { text: "a".repeat(5_001) }, "text", /5000/],
    ["a format that nobody knows", { text: "Hi", format: "midi" }, "format", /one of "mp3"/],
    ["a format that the model does not give", { text: "Hi", format: "flac" }, "format", /gives mp3, wav, opus, pcm/],
    ["MP3 of MeloTTS", { text: "Hi", modelId: MELO, format: "mp3" }, "format", /gives wav/],
    ["an unknown voice", { text: "Hi", voice: "constructor" }, "voice", /has angus, asteria/],
    ["another pace than the voice's", { text: "Hi", speed: 2 }, "speed", /its own pace/],
    ["an impossible pace", { text: "Hi", speed: 5 }, "speed", /at most 4/],
    ["an unknown field", { text: "Hi", ssml: true }, "body", /unknown field "ssml"/],
  ] as const) {
    it(`400, before any model is asked: ${what}`, async () => {
      const { status, json } = await refuse(body);
      assert.deepEqual([status, json.error?.code], [400, "invalid_request"]);
      const [detail] = (json.error as unknown as { details: { field: string; message: string }[] }).details;
      assert.equal(detail?.field, field);
      assert.match(detail.message, hint);
      assert.deepEqual(await worker.runtime.control.modelCalls(), []);
    });
  }

  it("asks for the voice that the request names", async () => {
    await (await say({ text: "Hallo", voice: "luna" })).arrayBuffer();
    await (await say({ text: "Bonjour", modelId: MELO, voice: "fr", format: "wav" })).arrayBuffer();
    const inputs = (await worker.runtime.control.modelCalls()).map((call) => call.inputs);
    assert.deepEqual(inputs, [
      { text: "Hallo", speaker: "luna", encoding: "mp3" },
      { prompt: "Bonjour", lang: "fr" },
    ]);
  });

  it("404 and 403 for models that nobody knows, or the tenant may not use", async () => {
    const unknown = await refuse({ text: "Hi", modelId: "tts-9" });
    assert.deepEqual([unknown.status, unknown.json.error?.code], [404, "model_not_found"]);
    const foreign = await refuse({ text: "Hi", modelId: "@cf/deepgram/aura-2-en" });
    assert.deepEqual([foreign.status, foreign.json.error?.code], [403, "model_not_allowed"]);
    const chat = await refuse({ text: "Hi", modelId: "@cf/openai/gpt-oss-20b" });
    assert.deepEqual([chat.status, chat.json.error?.code], [403, "model_not_allowed"]);
  });

  for (const path of ["/tts", "/v1/audio/speech"]) {
    it(`${path}: 501 for a tenant without speech, whatever is sent; 403 without the scope; 401 without a key`, async () => {
      const mute = await worker.makeKey("stark", ["tts"]);
      const { status, text } = await worker.call(path, { tenant: "stark", key: mute, body: {} });
      assert.equal(status, 501);
      assert.match(text, /tts_not_enabled.*tts\.provider|tts\.provider.*tts_not_enabled/);
      const key = await worker.makeKey("acme", ["chat", "search", "ingest", "tools", "metrics", "admin"]);
      const body = { text: "Hi", input: "Hi", model: AURA, voice: "alloy" };
      assert.equal((await worker.call(path, { tenant: "acme", key, body })).status, 403);
      assert.equal((await worker.call(path, { tenant: "acme", body })).status, 401);
      assert.equal((await worker.call(path, { tenant: "acme", key: worker.keys.globex, body })).status, 401);
      assert.deepEqual(await worker.runtime.control.modelCalls(), []);
    });
  }

  it("counts the request, spends from the budget what it said, and refuses what is too much for it", async () => {
    const key = await worker.makeKey("hooli", ["tts"]);
    const used = async (): Promise<unknown> => {
      const { json } = await worker.call("/usage", { tenant: "hooli", key });
      return (json.data as unknown as { budgets: { used: number; reserved: number }[] }).budgets.map((budget) => [
        budget.used,
        budget.reserved,
      ]);
    };
    const ok = await worker.send("/tts", { tenant: "hooli", key, body: { text: "x".repeat(100) } });
    assert.match(ok.headers.get("ratelimit") ?? "", /principal/);
    await ok.arrayBuffer();
    // A character of this model costs 15 micro-USD.
    await eventually(async () => JSON.stringify(await used()) === JSON.stringify([[0.0015, 0]]));
    const refused = await worker.call("/tts", { tenant: "hooli", key, body: { text: "x".repeat(600) } });
    assert.deepEqual([refused.status, refused.json.error?.code], [429, "budget_exceeded"]);
    await worker.runtime.control.plan({ kind: "error", status: 503 });
    const failed = await worker.call("/tts", { tenant: "hooli", key, body: { text: "x".repeat(100) } });
    assert.equal(failed.status, 503);
    await eventually(async () => JSON.stringify(await used()) === JSON.stringify([[0.0015, 0]]));
  });

  it("writes who has said what into the audit log, as a digest, failures too", async () => {
    const admin = await worker.makeKey("acme", ["admin"]);
    const secret = "The heron has landed in the reeds.";
    await (await say({ text: secret })).arrayBuffer();
    await worker.runtime.control.plan({ kind: "error", status: 503 });
    await refuse({ text: secret });
    let text = "";
    await eventually(async () => {
      const answer = await worker.call("/audit?limit=2", { tenant: "acme", key: admin });
      ({ text } = answer);
      const { records } = answer.json.data as unknown as { records: Record<string, unknown>[] };
      const seen = records.map(({ tool, door, outcome, code, taint }) => [tool, door, outcome, code, taint]);
      return (
        JSON.stringify(seen) ===
        JSON.stringify([
          ["text_to_speech", "speech", "failed", "model_unavailable", "none"],
          ["text_to_speech", "speech", "ok", undefined, "none"],
        ])
      );
    });
    assert.doesNotMatch(text, /heron/);
  });

  it("answers a repetition with the same Idempotency-Key from the first audio", async () => {
    const headers = { "idempotency-key": "speech-1" };
    const answers: Uint8Array[] = [];
    for (let n = 0; n < 2; n++) {
      const response = await worker.send("/tts", {
        tenant: "acme",
        key: worker.keys.acme,
        body: { text: TEXT, streaming: false },
        headers,
      });
      answers.push(new Uint8Array(await response.arrayBuffer()));
      assert.equal(response.headers.get("content-type"), "audio/mpeg");
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.equal((await worker.runtime.control.modelCalls()).length, SENTENCES.length);
  });

  describe("long texts that are not streamed", () => {
    /** Two parts of nearly 1,000 characters, each of several pieces. */
    const LONG = Array.from(
      { length: 27 },
      (_, n) => `On day ${n} the boats come home over the quiet sea, one after the other.`,
    ).join(" ");
    const asked = { text: LONG, streaming: false };

    const submit = async (body: object, caller: { tenant: string; key: string }): Promise<Job> => {
      const { status, headers, json } = await worker.call("/tts", { ...caller, body });
      assert.equal(status, 202);
      const job = json.data as unknown as Job;
      assert.equal(headers.get("location"), `/tts/${job.jobId}`);
      return job;
    };
    const ended = async (jobId: string, caller: { tenant: string; key: string }): Promise<Job> => {
      const seen: Job[] = [];
      await eventually(async () => {
        const { json, status } = await worker.call(`/tts/${jobId}`, caller);
        assert.equal(status, 200);
        seen.unshift(json.data as unknown as Job);
        return seen[0]?.status === "succeeded" || seen[0]?.status === "failed";
      });
      return seen[0] ?? assert.fail();
    };
    const acme = () => ({ tenant: "acme", key: worker.keys.acme });

    for (const [format, type, modelId] of [
      ["mp3", "audio/mpeg", AURA],
      ["wav", "audio/wav", AURA],
      ["wav", "audio/wav", MELO],
    ] as const) {
      it(`become a job, whose audio is one file: ${format} of ${modelId}`, async () => {
        const { jobId, status, ...job } = await submit({ ...asked, format, modelId }, acme());
        assert.deepEqual([job.format, status], [format, "queued"]);
        assert.equal(Date.parse(job.expiresAt) - Date.parse(job.createdAt), 86_400_000);
        const done = await ended(jobId, acme());
        assert.deepEqual([done.status, done.audio], ["succeeded", `/tts/${jobId}/audio`]);
        const response = await worker.send(done.audio ?? "", acme());
        assert.deepEqual(
          [response.status, response.headers.get("content-type"), response.headers.get("content-length")],
          [200, type, String(done.bytes)],
        );
        const { seconds, toldSeconds } = decodeAudio(type, new Uint8Array(await response.arrayBuffer()));
        assert.ok(Math.abs(seconds - LONG.length / 15) < 2, `${seconds} s`);
        if (format === "wav") assert.equal(toldSeconds, seconds);
      });
    }

    it("belong to the principal who sent them: nobody else finds job or audio, and all of it goes after a day", async () => {
      const { jobId } = await submit(asked, acme());
      await ended(jobId, acme());
      const others = [
        { tenant: "acme", key: await worker.makeKey("acme", ["tts", "admin"]) },
        { tenant: "globex", key: worker.keys.globex },
      ];
      for (const other of others) {
        for (const path of [`/tts/${jobId}`, `/tts/${jobId}/audio`]) {
          const { status, json } = await worker.call(path, other);
          assert.deepEqual([status, json.error?.code], [404, "not_found"]);
        }
      }
      const KV = worker.runtime.kv("KV");
      const { keys } = await KV.list({ prefix: `acme:speech:${jobId}` });
      assert.equal(keys.length, 3);
      for (const { expiration = 0 } of keys) assert.ok(Math.abs(expiration - Date.now() / 1_000 - 86_400) < 60);
      // As it is a day later.
      for (const { name } of keys) await KV.delete(name);
      assert.equal((await worker.call(`/tts/${jobId}`, acme())).status, 404);
    });

    it("are said again where a model fails for a while, and only there", async () => {
      await worker.runtime.control.plan({ kind: "error", status: 503 });
      const { jobId } = await submit(asked, acme());
      assert.equal((await ended(jobId, acme())).status, "succeeded");
      const texts = (await worker.runtime.control.modelCalls()).map((call) => (call.inputs as { text: string }).text);
      assert.equal(texts[0], texts[1]);
      assert.equal(new Set(texts).size, texts.length - 1);
    });

    it("fail for good when no attempt would help, and say why; the audit log has it", async () => {
      const hooli = { tenant: "hooli", key: await worker.makeKey("hooli", ["tts", "admin"]) };
      const { jobId } = await submit(asked, hooli);
      const job = await ended(jobId, hooli);
      assert.deepEqual([job.status, job.code, job.audio], ["failed", "budget_exceeded", undefined]);
      assert.equal((await worker.call(`/tts/${jobId}/audio`, hooli)).status, 409);
      assert.deepEqual(await worker.runtime.control.modelCalls(), []);
      const { json } = await worker.call("/audit?limit=1", hooli);
      const [record] = (json.data as unknown as { records: Record<string, unknown>[] }).records;
      assert.deepEqual(
        [record?.["tool"], record?.["outcome"], record?.["code"]],
        ["text_to_speech", "failed", "budget_exceeded"],
      );
    });

    it("are refused at once when the model cannot say them so; unknown ids are 404, malformed ones 400", async () => {
      assert.equal((await refuse({ ...asked, format: "aac" })).status, 400);
      assert.equal((await worker.call(`/tts/${crypto.randomUUID()}`, acme())).status, 404);
      assert.equal((await worker.call("/tts/__proto__", acme())).status, 400);
    });
  });
});

interface Job {
  readonly jobId: string;
  readonly status: string;
  readonly format: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly audio?: string;
  readonly bytes?: number;
  readonly code?: string;
}
