import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import {
  type APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  type OpenAI,
  PermissionDeniedError,
  RateLimitError,
} from "openai";

import { ASKED, EMBEDDING_MODEL, MODEL, type OpenAiSetup, startOpenAi } from "#tests/clients/start-openai";

/** What a refused call is told, and by which of the client's classes. */
interface Refusal {
  readonly what: string;
  readonly call: (client: OpenAI) => Promise<unknown>;
  readonly errorClass: abstract new (...given: never[]) => APIError;
  readonly code: string;
  readonly type: string;
  readonly param: string | null;
}

const { messages } = ASKED;
/** The tenant with the default rate limits and a small budget. */
const INITECH_MODEL = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
const create = (body: object) => (client: OpenAI) => client.chat.completions.create({ ...ASKED, ...body });
const bad = { errorClass: BadRequestError, code: "invalid_request", type: "invalid_request_error" };

const REFUSALS: readonly Refusal[] = [
  { what: "no messages", call: create({ messages: [] }), ...bad, param: "messages" },
  {
    what: "an image",
    call: create({
      messages: [...messages, { role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }],
    }),
    ...bad,
    param: "messages[2].content",
  },
  {
    what: "an unknown role",
    call: create({ messages: [{ role: "robot", content: "x" }] }),
    ...bad,
    param: "messages[0].role",
  },
  { what: "two answers", call: create({ n: 2 }), ...bad, param: "n" },
  { what: "a temperature of 3", call: create({ temperature: 3 }), ...bad, param: "temperature" },
  { what: "five stop sequences", call: create({ stop: ["a", "b", "c", "d", "e"] }), ...bad, param: "stop" },
  {
    what: "a choice of a tool that is not there",
    call: create({ tool_choice: { type: "function", function: { name: "nothing" } } }),
    ...bad,
    param: "tool_choice",
  },
  {
    what: "tokens to embed",
    call: (client) => client.embeddings.create({ model: EMBEDDING_MODEL, input: [1, 2, 3] }),
    ...bad,
    param: "input",
  },
  {
    what: "vectors of another length",
    call: (client) => client.embeddings.create({ model: EMBEDDING_MODEL, input: "x", dimensions: 256 }),
    ...bad,
    param: "dimensions",
  },
  {
    what: "a model that nobody knows",
    call: create({ model: "gpt-99" }),
    errorClass: NotFoundError,
    code: "model_not_found",
    type: "invalid_request_error",
    param: "model",
  },
  {
    what: "a model that is not on the tenant's list",
    call: create({ model: "@cf/meta/llama-3.2-1b-instruct" }),
    errorClass: PermissionDeniedError,
    code: "model_not_allowed",
    type: "permission_error",
    param: "model",
  },
  {
    what: "an embedding model for chat",
    call: create({ model: EMBEDDING_MODEL }),
    errorClass: PermissionDeniedError,
    code: "model_not_allowed",
    type: "permission_error",
    param: "model",
  },
  {
    what: "a path that is not there",
    call: (client) => client.get("/nowhere"),
    errorClass: NotFoundError,
    code: "not_found",
    type: "invalid_request_error",
    param: null,
  },
];

describe("the openai client: errors", () => {
  let setup: OpenAiSetup;
  before(async () => {
    setup = await startOpenAi();
  });
  beforeEach(() => setup.worker.runtime.control.reset());
  after(() => setup.worker.dispose());

  const rejectedOr = (call: PromiseLike<unknown>): Promise<APIError | undefined> =>
    Promise.resolve(call).then(
      () => undefined,
      (reason: unknown) => reason as APIError,
    );
  const rejected = async (call: Promise<unknown>): Promise<APIError> => {
    const error: unknown = await call.then(
      () => assert.fail("it was answered"),
      (reason: unknown) => reason,
    );
    return error as APIError;
  };

  for (const { what, call, errorClass, code, type, param } of REFUSALS) {
    it(`refuses ${what} with ${errorClass.name}, without asking a model`, async () => {
      const error = await rejected(call(setup.client({ maxRetries: 2 })));
      assert.ok(error instanceof errorClass, String(error));
      assert.deepEqual({ code: error.code, type: error.type, param: error.param }, { code, type, param });
      assert.ok(error.requestID);
      assert.deepEqual(await setup.worker.runtime.control.modelCalls(), []);
    });
  }

  it("refuses a wrong key with AuthenticationError", async () => {
    const error = await rejected(setup.client({ apiKey: `ak_acme_${"x".repeat(43)}` }).chat.completions.create(ASKED));
    assert.ok(error instanceof AuthenticationError);
    assert.deepEqual([error.code, error.type], ["unauthenticated", "authentication_error"]);
  });

  it("refuses a key without the scope with PermissionDeniedError: chat for completions and models, search for embeddings", async () => {
    const chat = setup.client({ apiKey: await setup.worker.makeKey("acme", ["chat"]) });
    const search = setup.client({ apiKey: await setup.worker.makeKey("acme", ["search"]) });
    const embed = (client: OpenAI) => client.embeddings.create({ model: EMBEDDING_MODEL, input: "x" });
    const refused: (() => Promise<unknown>)[] = [
      () => search.chat.completions.create(ASKED),
      async () => search.models.list(),
      () => embed(chat),
    ];
    for (const call of refused) {
      const error = await rejected(call());
      assert.ok(error instanceof PermissionDeniedError);
      assert.equal(error.code, "forbidden");
    }
    await chat.models.list();
    await embed(search);
  });

  it("refuses what is too much with RateLimitError, and says when to come back", async () => {
    const client = setup.client({ apiKey: await setup.worker.makeKey("initech", ["chat"]) });
    const calls = Array.from({ length: 30 }, () => rejectedOr(client.models.list()));
    const errors = (await Promise.all(calls)).filter((error) => error !== undefined);
    assert.equal(errors.length, 10);
    for (const error of errors) {
      assert.ok(error instanceof RateLimitError);
      assert.deepEqual([error.code, error.type], ["rate_limited", "rate_limit_error"]);
      assert.ok(Number(error.headers.get("retry-after-ms")) > 0);
      assert.equal(error.headers.get("x-ratelimit-remaining-requests"), "0");
    }
  });

  it("waits as long as a limit tells it, by either header, and is then served", async () => {
    const served = ["retry-after", "retry-after-ms"].map(async (left) => {
      const apiKey = await setup.worker.makeKey("initech", ["chat"]);
      // As if from somewhere else each: an address has its own limit.
      const defaultHeaders = { "cf-connecting-ip": `192.0.2.${left.length}` };
      await Promise.all(Array.from({ length: 20 }, () => setup.client({ apiKey, defaultHeaders }).models.list()));
      const { fetch, attempts } = watchedFetch(left);
      const client = setup.client({ apiKey, defaultHeaders, fetch, maxRetries: 1 });
      // On a slow machine the first ones are forgotten again before the last ones come.
      while (!attempts.some(({ status }) => status === 429)) await client.models.list();
      const [refused, repeated] = attempts.slice(-2);
      assert.deepEqual([refused?.status, repeated?.status], [429, 200], left);
      const waitedMs = (repeated?.sentMs ?? 0) - (refused?.answeredMs ?? 0);
      // A timer may be a moment early.
      assert.ok(waitedMs > 0 && waitedMs >= (refused?.toldMs ?? Infinity) - 20, `${left}: ${waitedMs} ms`);
    });
    await Promise.all(served);
  });

  it("refuses what the budget does not cover with RateLimitError, and the client does not try again", async () => {
    const client = setup.client({ apiKey: await setup.worker.makeKey("initech", ["chat"]), maxRetries: 2 });
    const error = await rejected(client.chat.completions.create({ messages, model: INITECH_MODEL, max_tokens: 5_000 }));
    assert.ok(error instanceof RateLimitError);
    assert.deepEqual([error.code, error.type], ["budget_exceeded", "insufficient_quota"]);
    assert.equal(error.headers.get("x-should-retry"), "false");
    assert.deepEqual(await setup.worker.runtime.control.modelCalls(), []);
  });

  it("waits as long as it is told and repeats by itself when the model was down for a moment", async () => {
    await setup.worker.runtime.control.failModel(503);
    const startedMs = Date.now();
    const completion = await setup.client({ maxRetries: 1 }).chat.completions.create(ASKED);
    assert.match(completion.choices[0]?.message.content ?? "", /eight o'clock/);
    const waitedMs = Date.now() - startedMs;
    assert.ok(waitedMs >= 950 && waitedMs < 5_000, String(waitedMs));
    assert.equal((await setup.worker.runtime.control.modelCalls()).length, 2);
  });

  it("tells a model that is down with InternalServerError, retry-after-ms, and none of the provider's words", async () => {
    await setup.worker.runtime.control.plan({ kind: "error", status: 500, message: "secret detail" });
    const error = await rejected(setup.client().chat.completions.create({ ...ASKED, stream: true }));
    assert.ok(error instanceof InternalServerError);
    assert.equal(error.status, 503);
    assert.deepEqual([error.code, error.type], ["model_unavailable", "server_error"]);
    assert.equal(Number(error.headers.get("retry-after-ms")), Number(error.headers.get("retry-after")) * 1_000);
    assert.doesNotMatch(error.message, /secret/);
  });

  it("does not repeat what the provider will never take", async () => {
    await setup.worker.runtime.control.failModel(400, { times: 3 });
    const error = await rejected(setup.client({ maxRetries: 2 }).chat.completions.create({ ...ASKED, model: MODEL }));
    assert.ok(error instanceof InternalServerError);
    assert.equal(error.code, "upstream_rejected");
    assert.equal((await setup.worker.runtime.control.modelCalls()).length, 1);
  });
});

interface Attempt {
  readonly status: number;
  readonly sentMs: number;
  readonly answeredMs: number;
  /** What the header says to wait. */
  readonly toldMs: number;
}

/** The network, with a note of each attempt, and with one of the two headers that say when to come back. */
function watchedFetch(left: string): { readonly fetch: typeof fetch; readonly attempts: readonly Attempt[] } {
  const attempts: Attempt[] = [];
  return {
    attempts,
    fetch: async (input, init) => {
      const sentMs = Date.now();
      const response = await fetch(input, init);
      const headers = new Headers(response.headers);
      headers.delete(left === "retry-after" ? "retry-after-ms" : "retry-after");
      const toldMs = Number(headers.get(left)) * (left === "retry-after" ? 1_000 : 1);
      attempts.push({ status: response.status, sentMs, answeredMs: Date.now(), toldMs });
      return new Response(response.body, { status: response.status, headers });
    },
  };
}
