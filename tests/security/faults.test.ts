import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { RouteSpec } from "#http/route";
import { codeOf, targetOf, toCall } from "#tests/security/matrix-cells";
import { ROUTE_ROWS, type RouteRow } from "#tests/security/route-rows";
import { type Belongings, type Owner, startWorld, USER_SCOPES, VICTIM, type World } from "#tests/security/world";
import { routeSpecs } from "#tools/reference/route-specs";
import { type BindingFault, FAULT_PATH, FAULT_TEXT, type FaultKind } from "#worker/testing/binding-faults";
import { settledCalls } from "#worker/testing/calls-made";
import type { Answer } from "#worker/testing/start-test-worker";

const KINDS = (process.env["FAULT_KINDS"] ?? "throws").split(",") as readonly FaultKind[];

/** What a caller may be told when something behind the Worker fails: codes that say so, and none that blames the caller. */
const FAILURES: ReadonlySet<string> = new Set([
  "internal",
  "unavailable",
  "model_unavailable",
  "upstream_rejected",
  "tool_failed",
]);

/** Objects whose class is the Worker's own: they fail and are slow, but what they answer has its type. */
const OWN_OBJECT = /^(QUOTAS|CHAT_SESSIONS|IDEMPOTENCY)\./;

const specs = await routeSpecs();

/** Every call of every binding of every route, going wrong one at a time. */
describe("a call of a binding that goes wrong", () => {
  let world: World;
  let admin: Owner;
  let own: Belongings;
  let positions = 0;
  const outcomes = new Map<string, number>();
  before(async () => {
    world = await startWorld();
    admin = { tenant: VICTIM, key: await world.worker.makeKey(VICTIM, [...USER_SCOPES, "admin"]) };
    own = await world.provide(world.owner);
  });
  after(async () => {
    const told = [...outcomes].map(([outcome, count]) => `${outcome} ${count}`).sort();
    console.log(`faults: ${positions} positions (${KINDS.join(", ")}): ${told.join(", ")}`);
    await world.dispose();
  });

  for (const spec of specs) {
    const row = ROUTE_ROWS.get(spec.operationId);
    if (row === undefined) continue;
    it(`${spec.method} ${spec.path}`, async () => {
      const { answer, calls } = await ask(spec, row);
      assert.equal(answer.status, row.status, answer.text);
      for (const kind of KINDS)
        for (const [index, call] of calls.entries())
          if (kind !== "garbage" || !OWN_OBJECT.test(call)) await tryFault(spec, row, calls, { at: index + 1, kind });
      assert.equal((await ask(spec, row)).answer.status, row.status, "and afterwards all is well");
    });
  }

  async function tryFault(
    spec: RouteSpec,
    row: RouteRow,
    whole: readonly string[],
    fault: BindingFault,
  ): Promise<void> {
    positions++;
    const place = `${fault.kind} at ${fault.at} of ${whole.join(", ")}`;
    const { answer, calls } = await ask(spec, row, fault).catch((error: unknown) => cutShort(spec, error));
    if (answer === undefined) return;
    assertClear(row, answer, place);
    // Whether a model whose answer was lost has worked, nobody knows. After any other call, nothing is paid again.
    const mayRepeat = whole[fault.at - 1] === "AI.run" ? 1 : 0;
    assert.ok(
      count(calls, "AI.run") <= count(whole, "AI.run") + mayRepeat,
      `${place}: paid again: ${calls.join(", ")}`,
    );
  }

  /** Asks as the owner does; what the request changes is made anew for it, before the fault is set. */
  async function ask(
    spec: RouteSpec,
    row: RouteRow,
    fault?: BindingFault,
  ): Promise<{ answer: Answer; calls: readonly string[] }> {
    const things = row.changes === true ? await world.provide(world.owner) : own;
    const request = row.request(things);
    const owner = row.asAdmin === true ? admin : world.owner;
    await settledCalls(world.worker);
    await setFault(fault ?? null);
    const answer = await world.worker.call(targetOf(spec.path, request), toCall(spec, request, { ...owner, ...FRESH }));
    const calls = await settledCalls(world.worker);
    await setFault(null);
    return { answer, calls };
  }

  function setFault(fault: BindingFault | null): Promise<Answer> {
    return world.worker.call(FAULT_PATH, { body: JSON.stringify(fault) });
  }

  /** Audio that is sent while it is read, with its length said before, can only break off: its listener sees that it is not whole. */
  async function cutShort(spec: RouteSpec, error: unknown): Promise<{ answer?: undefined; calls: readonly string[] }> {
    if (spec.operationId !== "readSpeechAudio" || !(error instanceof TypeError && error.message === "terminated"))
      throw error;
    outcomes.set("cut short", (outcomes.get("cut short") ?? 0) + 1);
    await setFault(null);
    return { calls: await settledCalls(world.worker) };
  }

  function assertClear(row: RouteRow, answer: Answer, place: string): void {
    const { status, text } = answer;
    assert.ok(!text.includes(FAULT_TEXT), `${place}: told of the binding: ${text}`);
    const code = codeOf(answer);
    const outcome = status === row.status && code === undefined ? "answered" : (code ?? String(status));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    assert.ok(outcome === "answered" || FAILURES.has(outcome), `${place}: ${status} ${text}`);
  }
});

/** A search that was kept asks less of the bindings. */
const FRESH = { headers: { "cache-control": "no-cache" } };

function count(calls: readonly string[], name: string): number {
  return calls.filter((call) => call === name).length;
}
