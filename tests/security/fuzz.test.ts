import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import * as z from "#base/zod";
import type { RouteSpec } from "#http/route";
import { targetOf } from "#tests/security/matrix-cells";
import { hostileBody, MARK, nearlyValidValue, oddHeaders, validValue } from "#tests/security/schema-values";
import { SCOPES } from "#tenancy/scopes";
import { routeSpecs } from "#tools/reference/route-specs";
import { type Call, startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 400);
/** Requests under way at once. */
const AT_ONCE = 4;
/** No answer after this is a hang: nothing here waits for anything that takes seconds. */
const HANG_MS = 60_000;
/** What a process may grow by, beyond what it has after a fifth of all requests. */
const MAX_GROWTH_BYTES = 200 * 1024 * 1024;

const specs = (await routeSpecs()).filter(({ access }) => access !== "public");

describe(`${REQUESTS} requests that nobody would write`, () => {
  let worker: TestWorker;
  let key: string;
  const log: string[] = [];
  const statuses = new Map<number, number>();
  const memory: number[] = [];
  let sent = 0;
  before(async () => {
    worker = await startTestWorker({
      extraVars: { LIMITS: "off" },
      logLevel: "info",
      onLog: (entry) => void log.push(JSON.stringify(entry)),
    });
    key = await worker.makeKey("acme", SCOPES);
  });
  after(async () => {
    console.log(
      `fuzz: ${sent} requests: ${[...statuses]
        .sort()
        .map(([status, count]) => `${status}: ${count}`)
        .join(", ")}`,
    );
    await worker.dispose();
  });

  for (const spec of specs) {
    it(`${spec.method} ${spec.path}: is answered, and never with a failure`, async () => {
      const calls = fc.array(callOf(spec), { minLength: AT_ONCE, maxLength: AT_ONCE });
      const rounds = Math.ceil(REQUESTS / specs.length / AT_ONCE);
      const property = fc.asyncProperty(calls, async (all) => {
        await Promise.all(all.map((call) => assertAnswered(spec, call)));
      });
      await fc.assert(property, { numRuns: rounds, endOnFailure: true });
      memory.push(residentBytes());
    });
  }

  it("writes nothing of what it was sent into the log, and no key", () => {
    assert.ok(log.length > 0, "nothing was logged at all");
    for (const line of log) assert.ok(!line.includes(MARK) && !line.includes(key.slice(8, 30)), line.slice(0, 500));
  });

  it("takes no more and more memory", () => {
    const early = Math.max(...memory.slice(0, Math.ceil(memory.length / 5)));
    const late = memory.at(-1) ?? 0;
    console.log(`memory of the runtime: ${memory.map((bytes) => Math.round(bytes / 1024 / 1024)).join(" ")} MiB`);
    assert.ok(late <= early + MAX_GROWTH_BYTES, `${early} bytes, later ${late}`);
  });

  async function assertAnswered(spec: RouteSpec, { target, call }: Fuzzed): Promise<void> {
    sent++;
    const answer = await worker.call(target, { tenant: "acme", key, ...call, signal: AbortSignal.timeout(HANG_MS) });
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const place = `${spec.method} ${target} ${JSON.stringify(call)}: ${answer.status} ${answer.text.slice(0, 500)}`;
    assert.ok(answer.status < 500, place);
    assert.ok(answer.headers.get("x-request-id") !== null, place);
    assert.ok(!answer.text.includes(key.slice(8, 30)), place);
  }
});

interface Fuzzed {
  readonly target: string;
  readonly call: Call;
}

/** Requests to a route: valid, nearly valid, hostile. */
function callOf(spec: RouteSpec): fc.Arbitrary<Fuzzed> {
  const names = [...spec.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  const ids = fc.oneof(
    fc.constantFrom("a", "thing-1", ".", "..", "%", "__proto__"),
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

/** Memory of the processes that this one has started: of the runtime, where the system tells. */
function residentBytes(): number {
  try {
    const children = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFileSync(`/proc/${pid}/status`, "utf8"))
      .filter((status) => status.includes(`\nPPid:\t${process.pid}\n`));
    const sizes = children.map((status) => Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
    return sizes.reduce((sum, kibibytes) => sum + kibibytes * 1024, 0);
  } catch {
    // No such system, or a process that has ended meanwhile.
    return 0;
  }
}
