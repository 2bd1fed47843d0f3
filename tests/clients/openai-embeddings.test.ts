import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { NotFoundError, PermissionDeniedError } from "openai";

import { EMBEDDING_MODEL, MODELS, type OpenAiSetup, startOpenAi } from "#tests/clients/start-openai";

describe("the openai client: embeddings and models", () => {
  let setup: OpenAiSetup;
  before(async () => {
    setup = await startOpenAi();
  });
  beforeEach(() => setup.worker.runtime.control.reset());
  after(() => setup.worker.dispose());

  it("embeds a text: base64 on the wire, as the client asks by itself, gives what floats give", async () => {
    const packed = await setup.client().embeddings.create({ model: EMBEDDING_MODEL, input: "Kites nest in oaks." });
    const plain = await setup
      .client()
      .embeddings.create({ model: EMBEDDING_MODEL, input: "Kites nest in oaks.", encoding_format: "float" });
    const [vector, expected] = [packed.data[0]?.embedding, plain.data[0]?.embedding];
    assert.equal(vector?.length, 768);
    assert.deepEqual(vector, expected?.map(Math.fround));
    assert.equal(packed.model, EMBEDDING_MODEL);
    assert.ok(packed.usage.prompt_tokens > 0);
    assert.equal(packed.usage.total_tokens, packed.usage.prompt_tokens);
  });

  it("embeds more texts than the provider takes at once, in their order", async () => {
    const input = Array.from({ length: 250 }, (_, n) => `text number ${n}`);
    const { data } = await setup.client().embeddings.create({ model: EMBEDDING_MODEL, input });
    assert.deepEqual(
      data.map(({ index }) => index),
      input.map((_, n) => n),
    );
    assert.equal((await setup.worker.runtime.control.modelCalls()).length, 3);
    const alone = await setup.client().embeddings.create({ model: EMBEDDING_MODEL, input: "text number 249" });
    assert.deepEqual(data[249]?.embedding, alone.data[0]?.embedding);
  });

  it("takes the model's own number of dimensions", async () => {
    const asked = { model: EMBEDDING_MODEL, input: "x", dimensions: 768 };
    const { data } = await setup.client().embeddings.create(asked);
    assert.equal(data[0]?.embedding.length, 768);
  });

  it("lists the models that the tenant may name, and no other", async () => {
    const ids: string[] = [];
    for await (const model of setup.client().models.list()) {
      ids.push(model.id);
      assert.equal(model.object, "model");
    }
    const speech = ["@cf/deepgram/aura-1", "@cf/myshell-ai/melotts"];
    assert.deepEqual(
      ids.sort(),
      [...MODELS, EMBEDDING_MODEL, ...speech, "@cf/meta/llama-3.3-70b-instruct-fp8-fast"].sort(),
    );
  });

  it("shows each listed model under its id, slashes and all", async () => {
    for await (const { id } of setup.client().models.list()) {
      const model = await setup.client().models.retrieve(id);
      assert.equal(model.id, id);
    }
    const direct = await setup.worker.call(`/v1/models/${EMBEDDING_MODEL}`, { key: setup.worker.keys.acme });
    assert.equal(direct.json["id"], EMBEDDING_MODEL);
    assert.equal(direct.json["owned_by"], "baai");
  });

  it("tells an unknown model from one that is not allowed", async () => {
    await assert.rejects(setup.client().models.retrieve("gpt-99"), NotFoundError);
    await assert.rejects(setup.client().models.retrieve("constructor"), NotFoundError);
    await assert.rejects(setup.client().models.retrieve("@cf/meta/llama-3.2-1b-instruct"), PermissionDeniedError);
  });
});
