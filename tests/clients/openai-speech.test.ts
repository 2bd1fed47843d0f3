import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { APIError, BadRequestError, InternalServerError, NotFoundError, PermissionDeniedError } from "openai";

import { type OpenAiSetup, startOpenAi } from "#tests/clients/start-openai";
import { decodeAudio } from "#worker/testing/decode-audio";

const MODEL = "@cf/deepgram/aura-1";
const ASKED = {
  model: MODEL,
  voice: "alloy",
  input: "The kettle is on. Tea is at four, as on every other day.",
} as const;

describe("the openai client: speech", () => {
  let setup: OpenAiSetup;
  before(async () => {
    setup = await startOpenAi();
  });
  beforeEach(() => setup.worker.runtime.control.reset());
  after(() => setup.worker.dispose());

  it("gets MP3 when it names no format, and says OpenAI's voices with the tenant's own", async () => {
    const response = await setup.client().audio.speech.create(ASKED);
    assert.equal(response.headers.get("content-type"), "audio/mpeg");
    const { seconds } = decodeAudio("audio/mpeg", new Uint8Array(await response.arrayBuffer()));
    assert.ok(Math.abs(seconds - ASKED.input.length / 15) < 0.2, `${seconds} s`);
    const [call] = await setup.worker.runtime.control.modelCalls();
    assert.equal((call?.inputs as { speaker: string }).speaker, "angus");
  });

  for (const [format, type] of [
    ["mp3", "audio/mpeg"],
    ["wav", "audio/wav"],
    ["opus", "audio/ogg; codecs=opus"],
    ["pcm", "audio/pcm"],
  ] as const) {
    it(`gets ${format}, as a stream that it reads to its end`, async () => {
      const { body, headers } = await setup
        .client()
        .audio.speech.create({ ...ASKED, response_format: format, instructions: "Speak softly.", speed: 1 });
      assert.equal(headers.get("content-type"), type);
      const bytes: number[] = [];
      for await (const chunk of body as ReadableStream<Uint8Array>) bytes.push(...chunk);
      const { seconds } = decodeAudio(type, Uint8Array.from(bytes));
      assert.ok(Math.abs(seconds - ASKED.input.length / 15) < 0.2, `${seconds} s`);
    });
  }

  it("is told what the model cannot do, in OpenAI's form", async () => {
    const refused = setup.client().audio.speech.create({ ...ASKED, response_format: "flac" });
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof BadRequestError);
      assert.deepEqual([error.param, error.code], ["format", "invalid_request"]);
      assert.match(error.message, /mp3, wav, opus, pcm/);
      return true;
    });
    await assert.rejects(setup.client().audio.speech.create({ ...ASKED, stream_format: "sse" }), BadRequestError);
    await assert.rejects(setup.client().audio.speech.create({ ...ASKED, input: "" }), BadRequestError);
    await assert.rejects(setup.client().audio.speech.create({ ...ASKED, model: "tts-1" }), NotFoundError);
    const foreign = { ...ASKED, model: "@cf/deepgram/aura-2-en" };
    await assert.rejects(setup.client().audio.speech.create(foreign), PermissionDeniedError);
    assert.deepEqual(await setup.worker.runtime.control.modelCalls(), []);
  });

  it("knows a tenant without speech by its error class, and does not try again", async () => {
    const apiKey = await setup.worker.makeKey("stark", ["tts"]);
    const client = setup.client({ apiKey, maxRetries: 2 });
    await assert.rejects(client.audio.speech.create(ASKED), (error) => {
      assert.ok(error instanceof InternalServerError && error instanceof APIError);
      assert.deepEqual([error.status, error.code], [501, "tts_not_enabled"]);
      return true;
    });
  });

  it("lists the models that speak", async () => {
    const ids: string[] = [];
    for await (const { id } of setup.client().models.list()) ids.push(id);
    assert.ok(ids.includes(MODEL) && ids.includes("@cf/myshell-ai/melotts"));
    assert.equal((await setup.client().models.retrieve(MODEL)).owned_by, "deepgram");
  });
});
