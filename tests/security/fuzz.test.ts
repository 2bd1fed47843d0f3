import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import * as z from "#base/zod";
import type { RouteSpec } from "#http/route";
import { LogWatch } from "#tests/security/log-watch";
import { targetOf } from "#tests/security/matrix-cells";
import { hostileBody, MARK, nearlyValidValue, oddHeaders, validValue } from "#tests/security/schema-values";
import { GROUNDING_INSTRUCTIONS } from "#rag/build-prompt";
import { SCOPES } from "#tenancy/scopes";
import { routeSpecs } from "#tools/reference/route-specs";
import { takeCallsMade } from "#worker/testing/calls-made";
import { eventually } from "#worker/testing/eventually";
import { type Call, startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 320);
/** All routes are asked so often, one after the other: what memory does shows between the rounds. */
const ROUNDS = REQUESTS < 4_000 ? 1 : 10;
/** Requests under way at once. */
const AT_ONCE = 8;
/** No answer after this is a hang: nothing here waits for anything that takes seconds. */
const HANG_MS = 60_000;
/**
 * What the Worker's isolate may hold at rest beyond what it holds when it has answered one request, however many it has answered
 * since: code that was compiled for the routes, and maps that are full. Less than a kilobyte for each request of a long run.
 */
const MAX_HEAP_GROWTH_BYTES = 6 * 1024 * 1024;
/** Longer than the runtime keeps an object that nobody asks. */
const LOOK_AGAIN_MS = 12_000;
const MIB = 1024 * 1024;

/** What a model says now and then, and what it is told: neither is for a log. */
const MODEL = "@cf/meta/llama-3.1-8b-instruct";
const ANSWER = "The wombat tells it to nobody but you.";
const [PROMPT_WORDS = ""] = GROUNDING_INSTRUCTIONS.split("\n");

const specs = (await routeSpecs()).filter(({ access }) => access !== "public");

describe(`${REQUESTS} requests that nobody would write`, () => {
  let worker: TestWorker;
  let key: string;
  let log: LogWatch;
  const statuses = new Map<number, number>();
  const heap: number[] = [];
  let heapAtFirst = 0;
  let sent = 0;
  let slowestMs = 0;
  before(async () => {
    log = new LogWatch([]);
    worker = await startTestWorker({
      extraVars: { LIMITS: "off" },
      isInspected: true,
      logLevel: "debug",
      onLog: ({ message }) => log.read(message),
    });
    key = await worker.makeKey("acme", SCOPES);
    await worker.call("/health", { tenant: "acme" });
    heapAtFirst = await worker.runtime.heapBytes();
    log = new LogWatch([
      { what: "a text of a request", text: MARK },
      { what: "the key", text: key.slice("ak_acme_".length, -8) },
      { what: "a prompt of the platform", text: PROMPT_WORDS },
      { what: "an answer of a model", text: ANSWER },
    ]);
  });
  after(async () => {
    const told = [...statuses].sort().map(([status, count]) => `${status}: ${count}`);
    console.log(`fuzz: ${sent} requests, the slowest took ${slowestMs} ms: ${told.join(", ")}`);
    console.log(`fuzz: heap of the Worker after each round: ${heap.map(inMebibytes).join(" ")} MiB`);
    await worker.dispose();
  });

  for (let round = 1; round <= ROUNDS; round++) {
    describe(`round ${round}`, () => {
      for (const spec of specs)
        it(`${spec.method} ${spec.path}: is answered, and never with a failure`, async () => {
          const calls = fc.array(callOf(spec), { minLength: AT_ONCE, maxLength: AT_ONCE });
          const property = fc.asyncProperty(calls, async (all) => {
            await Promise.all(all.map((call) => assertAnswered(spec, call)));
          });
          const numRuns = Math.ceil(REQUESTS / ROUNDS / specs.length / AT_ONCE);
          await worker.runtime.control.plan({ kind: "answer", text: ANSWER }, { model: MODEL, times: AT_ONCE });
          await fc.assert(property, { ...seedOf(round), numRuns, endOnFailure: true });
        });
      after(async () => void heap.push(await heapBytes()));
    });
  }

  it("writes nothing of what it was sent or told into the log, and no key", () => {
    console.log(`fuzz: ${log.lines} lines of log`);
    assert.ok(log.lines >= sent, `${log.lines} lines of ${sent} requests`);
    assert.deepEqual(log.finds, []);
  });

  it("takes no more and more memory", async () => {
    // Objects leave when nobody has asked them for ten seconds, and nobody looks at the heap meanwhile.
    const limit = heapAtFirst + MAX_HEAP_GROWTH_BYTES;
    const look = async (): Promise<number> => {
      const bytes = await heapBytes();
      if (bytes > limit) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      return bytes;
    };
    const atRest = await eventually(look, (bytes) => bytes <= limit);
    console.log(
      `fuzz: heap of the Worker at first and at rest: ${[heapAtFirst, atRest].map(inMebibytes).join(" ")} MiB`,
    );
  });

  /** Without what the test Worker itself keeps: the name of each call that it has made. */
  async function heapBytes(): Promise<number> {
    await takeCallsMade(worker);
    return worker.runtime.heapBytes();
  }

  async function assertAnswered(spec: RouteSpec, { target, call }: Fuzzed): Promise<void> {
    sent++;
    const startedMs = Date.now();
    const answer = await worker.call(target, { tenant: "acme", key, ...call, signal: AbortSignal.timeout(HANG_MS) });
    slowestMs = Math.max(slowestMs, Date.now() - startedMs);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const place = (): string =>
      `${spec.method} ${target} ${JSON.stringify(call)}: ${answer.status} ${answer.text.slice(0, 500)}`;
    assert.ok(answer.status < 500, answer.status < 500 ? "" : place());
    assert.ok(answer.headers.has("x-request-id"), "an answer without its id");
    assert.ok(!answer.text.includes(key.slice(8, 30)), "the key in an answer");
  }
});

const inMebibytes = (bytes: number): string => (bytes / MIB).toFixed(1);

/** Other values in each round, and the same ones again for the same seed. */
function seedOf(round: number): { seed?: number } {
  const { seed } = fc.readConfigureGlobal();
  return seed === undefined ? {} : { seed: seed + round };
}

interface Fuzzed {
  readonly target: string;
  readonly call: Call;
}

/** Requests to a route: valid, nearly valid, hostile. */
function callOf(spec: RouteSpec): fc.Arbitrary<Fuzzed> {
  const names = [...spec.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  const ids = fc.oneof(
    fc.constantFrom("a", "thing-1", ".", "..", "%", "__proto__", `${MARK}-id`),
    fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 }),
  );
  const path = fc.record(Object.fromEntries(names.map((name) => [name, ids])));
  const query = spec.query === undefined ? fc.constant({}) : queryOf(jsonSchemaOf(spec.query));
  const schema = spec.body === undefined ? undefined : jsonSchemaOf(spec.body);
  const body =
    schema === undefined ? fc.constant(undefined) : fc.oneof(validValue(schema), nearlyValidValue(schema), hostileBody);
  return fc.record({ path, query, body, headers: oddHeaders }).map(({ path, query, body, headers }) => ({
    target: targetOf(spec.path, { path, query }),
    // A credential of its own would be refused before anything is read.
    call: { method: spec.method, headers: withoutKey(headers), ...(body === undefined ? {} : { body }) },
  }));
}

function queryOf(schema: object): fc.Arbitrary<Record<string, string>> {
  const value = fc.oneof(validValue(schema), nearlyValidValue(schema));
  return value.map((fields) =>
    Object.fromEntries(
      Object.entries(fields ?? {}).map(([name, field]) => [name, JSON.stringify(field).slice(0, 500)]),
    ),
  );
}

function withoutKey({ "x-api-key": _, ...headers }: Record<string, string>): Record<string, string> {
  return headers;
}

function jsonSchemaOf(schema: z.ZodMiniType): object {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}
