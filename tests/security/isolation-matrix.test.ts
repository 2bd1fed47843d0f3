import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { type Callers, makeCallers } from "#tests/security/callers";
import {
  allowedCells,
  type Cell,
  hostileCells,
  mixedCells,
  type RoutePath,
  strangerCells,
  targetOf,
  toCall,
} from "#tests/security/matrix-cells";
import { knockAtObjects } from "#tests/security/object-walls";
import { routesUnderTest } from "#tests/security/routes-under-test";
import { type Belongings, SECRET, startWorld, USER_SCOPES, VICTIM, type World } from "#tests/security/world";
import type { Answer } from "#worker/testing/start-test-worker";

/** Requests under way at once. */
const AT_ONCE = 8;
/** Longer than the index of sessions waits before it is written. */
const LOOK_AGAIN_MS = 300;

const { specs, rows } = await routesUnderTest(process.env["APP"]);
const paths: readonly RoutePath[] = specs.flatMap((spec) => {
  const row = rows.get(spec.operationId);
  return row === undefined ? [] : [spec.path, ...(spec.aliases ?? [])].map((path) => ({ spec, path, row }));
});

describe("the isolation matrix", () => {
  let world: World;
  let callers: Callers;
  let admin: string;
  let own: Belongings;
  let theirs: Belongings;
  let cells = 0;
  /** How often what is stored must look the same before it counts as settled. */
  let quietLooks = 2;

  before(async () => {
    world = await startWorld();
    callers = await makeCallers(world);
    admin = await world.worker.makeKey(VICTIM, [...USER_SCOPES, "admin"]);
    own = await world.provide(world.owner);
    theirs = await world.provide(world.strangers.ofOther);
  });
  after(async () => {
    console.log(`isolation matrix: ${cells} cells over ${paths.length} paths of ${specs.length} routes`);
    await world.dispose();
  });

  for (const at of paths) {
    it(`${at.spec.method} ${at.path}`, async () => {
      const things = at.row.changes === true ? await world.provide(world.owner) : own;
      const before = await settledDump(things);
      await tryAll([
        ...hostileCells(at, callers, things),
        ...mixedCells(at, callers, things, theirs).filter(isForeign),
      ]);
      assert.equal(await world.dump(things), before, "what is stored of the victim has changed");
      const strangers = strangerCells(at, callers, things);
      if (at.row.stranger !== undefined) await tryAll(strangers);
      await assertOwnerServed(at, things);
      if (at.row.stranger === undefined) await tryAll(strangers);
      quietLooks = at.spec.method === "GET" ? quietLooks : at.spec.accepted === undefined ? 2 : 5;
      await tryAll(allowedCells(at, callers, things));
      await tryAll(mixedCells(at, callers, things, theirs).filter((cell) => !isForeign(cell)));
    });
  }

  it("objects serve their own tenant only, also when they are called by their right names", async () => {
    const things = await world.provide(world.owner);
    for (const { name, told, wanted } of await knockAtObjects(world, things)) {
      cells++;
      assert.match(told, wanted, name);
    }
  });

  it("no model of another tenant has been told of the victim's", async () => {
    for (const { inputs, options } of await world.worker.runtime.control.modelCalls()) {
      const { metadata } = (options as { gateway: { metadata: { tenant: string } } }).gateway;
      if (metadata.tenant !== VICTIM) assert.ok(!JSON.stringify(inputs).includes(SECRET), JSON.stringify(inputs));
    }
  });

  /** What is stored, once what earlier requests have left behind has been done: jobs run for a while. */
  async function settledDump(things: Belongings): Promise<string> {
    let seen = await world.dump(things);
    for (let quiet = 0; quiet < quietLooks; quiet++) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      const now = await world.dump(things);
      if (now !== seen) quiet = -1;
      seen = now;
    }
    quietLooks = 0;
    return seen;
  }

  const isForeign = ({ name }: Cell): boolean => !name.includes("another principal of the tenant");

  /** The same request by whom it belongs to: it is all still there, and the matrix would have seen the secret. */
  async function assertOwnerServed({ spec, path, row }: RoutePath, things: Belongings): Promise<void> {
    const owner = row.asAdmin === true ? { ...world.owner, key: admin } : world.owner;
    const request = row.request(things);
    const headers = spec.method === "POST" ? { "idempotency-key": `${things.idempotencyKey}-${path}` } : {};
    const ask = (call: { tenant: string; key: string }): Promise<Answer> =>
      world.worker.call(targetOf(path, request), toCall(spec, request, { ...call, headers }));
    const { status, text } = await ask(owner);
    assert.equal(status, row.status, text);
    if (row.showsSecret === true) assert.ok(text.includes(SECRET), `the owner is not shown the secret: ${text}`);
    if (spec.method !== "POST") return;
    assert.equal((await ask(owner)).headers.get("idempotency-replayed"), "true", "the key is known to its owner");
    for (const { name, call } of [...callers.elsewhere, ...callers.strangers, ...callers.unauthenticated]) {
      if (call.key === undefined) continue;
      cells++;
      const answer = await ask({ tenant: VICTIM, ...call, key: call.key });
      assert.equal(answer.headers.get("idempotency-replayed"), null, `${name}: a stored answer of the owner's`);
      assert.notEqual(answer.status, 422, `${name} is told of the owner's key`);
    }
  }

  /** Makes the requests of cells, some at once; fails with all that is wrong. */
  async function tryAll(all: readonly Cell[]): Promise<void> {
    const wrong: string[] = [];
    const rest = all[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const { name, send, judge } of rest) {
        cells++;
        const fault = judge(await send(world));
        if (fault !== undefined) wrong.push(`${name}: ${fault}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    assert.equal(wrong.length, 0, wrong.slice(0, 10).join("\n"));
  }
});
