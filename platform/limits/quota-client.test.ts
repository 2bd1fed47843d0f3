import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { HOLD_MS } from "#limits/budget-ledger";
import type { AdmitResult, Command } from "#limits/testing/quota-command";
import { ISOLATES, startQuotas, type TestQuotas } from "#limits/testing/start-quotas";

type Limits = Extract<Command, { op: "admit" }>["limits"];

/** A moment in the middle of a second, a day and a month. */
const NOON_MS = Date.UTC(2026, 10, 17, 12, 0, 0);
const WIDE: Limits = { rate: { principal: { perMinute: 100_000, burst: 100_000 } } };
const caller = { principalId: "k1", ip: "192.0.2.1" };

describe("quotas, in workerd", () => {
  let quotas: TestQuotas;
  let tenant = "t0";
  let number = 0;
  before(async () => {
    quotas = await startQuotas();
  });
  after(() => quotas.dispose());
  beforeEach(async () => {
    tenant = `t${++number}`;
    await setClock(NOON_MS);
    for (let isolate = 0; isolate < ISOLATES; isolate++) {
      for (const on of ["admit", "settle", "usage"] as const) await quotas.send(isolate, { op: "fail", how: "no", on });
      await quotas.send(isolate, { op: "stats" });
    }
  });

  async function setClock(nowMs: number | null): Promise<void> {
    for (let isolate = 0; isolate < ISOLATES; isolate++) {
      await quotas.send(isolate, { op: "clock", tenantId: tenant, nowMs });
    }
  }
  const admit = (isolate: number, more: Partial<Extract<Command, { op: "admit" }>>): Promise<readonly AdmitResult[]> =>
    quotas.send(isolate, { op: "admit", tenantId: tenant, limits: {}, ...more });
  const spend = (tokens: number, extra: object = {}) => ({
    ...{ keyId: "k1", modelId: "m", need: { tokens, microUsd: 0 } },
    ...extra,
  });
  const settle = (isolate: number, results: readonly AdmitResult[], tokens: number) =>
    quotas.send(isolate, { op: "settle", ids: results.map(({ id }) => id), actual: { tokens, microUsd: 0 } });
  const usage = (limits: Limits, isolate = 0) =>
    quotas.send(isolate, { op: "usage", tenantId: tenant, limits, keyId: "k1" });
  const served = (results: readonly AdmitResult[]): readonly AdmitResult[] => results.filter(({ ok }) => ok);
  const dayBudget = (limit: number, extra: object = {}): Limits => ({
    budgets: [{ scope: "tenant", unit: "tokens", window: "day", limit, ...extra }],
  });

  describe("rate limits", () => {
    it("serve 20 of 60 requests at once, and one per second from the eleventh second on", async () => {
      const results = await admit(0, { caller, times: 60 });
      assert.equal(served(results).length, 20);
      const refused = results.find(({ ok }) => !ok);
      assert.equal(refused?.code, "rate_limited");
      assert.equal(refused.headers["retry-after"], "11");
      assert.equal(refused.headers["retry-after-ms"], "11000");
      assert.equal(refused.headers["ratelimit-policy"], '"principal";q=60;w=60, "principal-burst";q=20;w=10');
      assert.equal(refused.headers["ratelimit"], '"principal";r=40;t=61, "principal-burst";r=0;t=11');
      await setClock(NOON_MS + 10_999);
      assert.equal(served(await admit(1, { caller })).length, 0);
      for (let second = 11; second < 40; second++) {
        await setClock(NOON_MS + second * 1_000);
        assert.equal(served(await admit(second % ISOLATES, { caller })).length, 1, `second ${second}`);
      }
    });

    it("count one caller across isolates, and not its neighbour", async () => {
      const each = await Promise.all([0, 1, 2].map((isolate) => admit(isolate, { caller, times: 15 })));
      assert.equal(served(each.flat()).length, 20);
      const other = await admit(0, { caller: { principalId: "k2", ip: "192.0.2.1" } });
      assert.equal(served(other).length, 1);
    });

    it("hold for an address whatever keys it uses", async () => {
      const results = [];
      for (let key = 0; key < 5; key++) {
        results.push(...(await admit(0, { caller: { principalId: `key-${key}`, ip: "2001:db8::1" }, times: 15 })));
      }
      assert.equal(served(results).length, 40);
      const next = await admit(0, { caller: { principalId: "key-9", ip: "2001:db8:0:0:ffff::9" } });
      assert.equal(next[0]?.ok, false);
      assert.match(next[0].message ?? "", /one address/);
    });

    it("keep tenants apart", async () => {
      await admit(0, { caller, times: 30 });
      tenant = `${tenant}b`;
      assert.equal(served(await admit(0, { caller, times: 30 })).length, 20);
    });

    it("survive the eviction of a full object", async () => {
      assert.equal(served(await admit(0, { caller, times: 20 })).length, 20);
      await quotas.evict(tenant);
      await setClock(NOON_MS + 3_000);
      assert.equal(served(await admit(1, { caller, times: 5 })).length, 0);
    });

    it("repeat a refusal without asking the object again", async () => {
      await admit(0, { caller, times: 20 });
      await admit(0, { caller });
      await quotas.send(0, { op: "stats" });
      const refused = await admit(0, { caller, times: 100 });
      assert.equal(served(refused).length, 0);
      assert.equal(refused[0]?.headers["retry-after-ms"], "11000");
      assert.equal((await quotas.send(0, { op: "stats" })).admit, 0);
    });

    it("are decided in the isolate when they are wide, almost always", async () => {
      let calls = 0;
      for (let round = 0; round < 50; round++) {
        assert.equal(served(await admit(0, { caller, limits: WIDE, times: 20 })).length, 20);
        await setClock(NOON_MS + round * 20);
      }
      calls = (await quotas.send(0, { op: "stats" })).admit;
      assert.ok(calls < 60, `${calls} calls for 1,000 requests`);
    });

    it("are never passed by isolates that lease in parallel", async () => {
      const limits: Limits = { rate: { principal: { perMinute: 3_000, burst: 1_000 } } };
      let total = 0;
      for (let round = 0; round < 12; round++) {
        const times = 10 + ((round * 37) % 80);
        const each = await Promise.all([0, 1, 2].map((isolate) => admit(isolate, { caller, limits, times })));
        total += served(each.flat()).length;
        await setClock(NOON_MS + round * 300);
      }
      assert.ok(total <= 1_000, `${total} served in 4 s of a burst limit of 1,000`);
      assert.ok(total > 800, `${total} served: leases keep too much back`);
    });

    it("give unused leases back", async () => {
      const limits: Limits = { rate: { principal: { perMinute: 3_000, burst: 3_000 } } };
      for (let round = 0; round < 5; round++) await admit(0, { caller, limits, times: 20 });
      await setClock(NOON_MS + 5_000);
      await admit(0, { caller, limits });
      const { limits: seen } = await usage(limits);
      assert.deepEqual(seen.find(({ name }) => name === "principal")?.used, 101);
    });

    it("consume nothing, in a lease either, for a request that its budget refuses", async () => {
      const limits: Limits = { ...WIDE, ...dayBudget(10) };
      for (let round = 0; round < 5; round++) await admit(0, { caller, limits, times: 20 });
      const refused = await admit(0, { caller, limits, spend: spend(11), times: 10 });
      assert.ok(refused.every(({ code }) => code === "budget_exceeded"));
      await setClock(NOON_MS + 5_000);
      await admit(0, { caller, limits });
      const { limits: seen } = await usage(limits);
      assert.equal(seen.find(({ name }) => name === "principal")?.used, 101);
    });

    it("leave a request open that only the object can judge, and lease behind it for those to come", async () => {
      const open = await admit(0, { caller, isHere: true });
      assert.deepEqual([open[0]?.ok, open[0]?.isOpen], [false, true]);
      assert.equal((await quotas.send(0, { op: "stats" })).admit, 0, "one that comes alone asks for nothing");
      await admit(0, { caller, limits: WIDE, isHere: true, times: 20 });
      await untilAsync(async () => served(await admit(0, { caller, limits: WIDE, isHere: true })).length === 1);
      assert.equal((await quotas.send(0, { op: "stats" })).admit, 1);
    });

    it("repeat here what was refused elsewhere", async () => {
      await admit(0, { caller, times: 20 });
      const [refused] = await admit(1, { caller });
      assert.ok(refused?.refusal);
      await quotas.send(0, { op: "learn", tenantId: tenant, limits: {}, caller, refusal: refused.refusal });
      const [here] = await admit(0, { caller, isHere: true });
      assert.equal(here?.code, "rate_limited");
      assert.equal(here.headers["retry-after-ms"], refused.headers["retry-after-ms"]);
    });

    it("go on in the isolate, with half the limit, while the object fails or hangs", async () => {
      for (const how of ["throw", "hang"] as const) {
        await setClock(NOON_MS + (how === "hang" ? 3_600_000 : 0));
        await quotas.send(0, { op: "fail", how, on: "admit" });
        const results = await admit(0, { caller, times: 30 });
        assert.equal(served(results).length, 10, how);
        assert.equal(results.find(({ ok }) => !ok)?.code, "rate_limited");
      }
    });
  });

  describe("budgets", () => {
    it("record 20 parallel calls of 15 tokens as exactly 300, without any budget too", async () => {
      const results = await admit(0, { spend: spend(40), times: 20 });
      await settle(0, results, 15);
      const { spent } = await usage({});
      assert.deepEqual(
        spent.map(({ scope, window, tokens, calls }) => [scope, window, tokens, calls]),
        [
          ["tenant", "day", 300, 20],
          ["key", "day", 300, 20],
          ["tenant", "month", 300, 20],
          ["key", "month", 300, 20],
        ],
      );
      assert.equal((await quotas.send(0, { op: "stats" })).admit, 0);
    });

    it("grant never more than 150 of 20 parallel calls of 15", async () => {
      const limits = dayBudget(150);
      const each = await Promise.all(
        [0, 1, 2].map((isolate) => admit(isolate, { limits, spend: spend(15), times: isolate === 0 ? 6 : 7 })),
      );
      assert.equal(served(each.flat()).length, 10);
      const refused = each.flat().find(({ ok }) => !ok);
      assert.equal(refused?.code, "budget_exceeded");
      assert.equal(refused.headers["retry-after"], String(12 * 3_600));
      assert.equal(refused.headers["x-should-retry"], "false");
      const { budgets } = await usage(limits);
      assert.equal(budgets[0]?.reserved, 150);
      for (const [isolate, results] of each.entries()) await settle(isolate, served(results), 15);
      for (const isolate of [0, 1, 2]) await usage(limits, isolate);
      const after = (await usage(limits)).budgets[0];
      assert.deepEqual([after?.used, after?.reserved, after?.resetAt], [150, 0, "2026-11-18T00:00:00.000Z"]);
    });

    it("release what a call did not use", async () => {
      const limits = dayBudget(100);
      const first = await admit(0, { limits, spend: spend(100) });
      assert.equal(served(await admit(1, { limits, spend: spend(1) })).length, 0);
      await settle(0, first, 20);
      await usage(limits, 0);
      assert.equal(served(await admit(1, { limits, spend: spend(80) })).length, 1);
      assert.equal(served(await admit(1, { limits, spend: spend(1) })).length, 0);
    });

    it("are leased when they are large, and what is left over comes back", async () => {
      const limits = dayBudget(10_000_000);
      let calls = 0;
      for (let round = 0; round < 20; round++) {
        const results = await admit(0, { limits, spend: spend(100), times: 20 });
        assert.equal(served(results).length, 20);
        await settle(0, results, 30);
      }
      calls = (await quotas.send(0, { op: "stats" })).admit;
      assert.ok(calls < 80, `${calls} calls for 400 requests`);
      assert.ok(((await usage(limits)).budgets[0]?.reserved ?? 0) > 0, "nothing is leased");
      await setClock(NOON_MS + 2_000);
      await untilAsync(async () => (await usage(limits)).budgets[0]?.reserved === 0);
      assert.equal((await usage(limits)).budgets[0]?.used, 12_000);
    });

    it("get back what is free of a lease though a call of it never ends; that call counts as spent after its time", async () => {
      const limits = dayBudget(10_000_000);
      for (let round = 0; round < 4; round++) {
        const results = await admit(0, { limits, spend: spend(100), times: 20 });
        assert.equal(served(results).length, 20);
        // The last one dies with the object that it ran in.
        await settle(0, round === 3 ? results.slice(0, -1) : results, 30);
      }
      assert.ok(((await usage(limits)).budgets[0]?.reserved ?? 0) > 100, "nothing is leased");
      await setClock(NOON_MS + 2_000);
      await untilAsync(async () => (await usage(limits)).budgets[0]?.reserved === 100);
      await setClock(NOON_MS + 2_000 + HOLD_MS);
      const { used, reserved } = (await usage(limits)).budgets[0] ?? assert.fail();
      assert.deepEqual([used, reserved], [79 * 30 + 100, 0]);
    });

    it("are never passed by isolates that lease in parallel", async () => {
      const limits = dayBudget(20_000);
      let total = 0;
      for (let round = 0; round < 40 && total < 20_000; round++) {
        const each = await Promise.all(
          [0, 1, 2].map(async (isolate) => {
            const results = await admit(isolate, { limits, spend: spend(10 + (round % 7)), times: 20 });
            await settle(isolate, served(results), 10 + (round % 7));
            return served(results).length * (10 + (round % 7));
          }),
        );
        total += each.reduce((a, b) => a + b, 0);
      }
      assert.ok(total <= 20_000, `${total} spent of 20,000`);
      await setClock(NOON_MS + 2_000);
      await untilAsync(async () => {
        const last = await admit(0, { limits, spend: spend(1) });
        await settle(0, served(last), 1);
        total += served(last).length;
        return served(last).length === 0;
      });
      for (const isolate of [0, 1, 2]) await usage(limits, isolate);
      assert.equal(total, 20_000, "something was refused though it was left");
      assert.equal((await usage(limits)).budgets[0]?.used, 20_000);
    });

    it("stay as they were for a request that the rate limit refuses, and the other way round", async () => {
      const limits = dayBudget(1_000);
      await admit(0, { limits, caller, times: 20 });
      assert.equal(served(await admit(1, { limits, caller, spend: spend(500) })).length, 0);
      assert.equal((await usage(limits)).budgets[0]?.reserved, 0);
      const other = { principalId: "k9", ip: "192.0.2.9" };
      const refused = await admit(0, { limits, caller: other, spend: spend(2_000), times: 50 });
      assert.ok(refused.every(({ code }) => code === "budget_exceeded"));
      assert.equal(served(await admit(1, { limits, caller: other, times: 20 })).length, 20);
    });

    it("in mode warn let the call through and say so", async () => {
      const limits = dayBudget(100, { mode: "warn" });
      const [first] = await admit(0, { limits, spend: spend(150) });
      assert.deepEqual([first?.ok, first?.exceeded], [true, 1]);
    });

    it("survive evictions between reserving and settling, and after", async () => {
      const limits = dayBudget(100);
      const results = await admit(0, { limits, spend: spend(60) });
      await quotas.evict(tenant);
      await setClock(NOON_MS);
      assert.equal(served(await admit(1, { limits, spend: spend(60) })).length, 0);
      await settle(0, results, 50);
      for (let life = 0; life < 2; life++) {
        const { budgets } = await usage(limits);
        assert.deepEqual([budgets[0]?.used, budgets[0]?.reserved], [50, 0]);
        await quotas.evict(tenant);
        await setClock(NOON_MS);
      }
    });

    it("book a settlement after midnight to the day of its reservation", async () => {
      const limits = dayBudget(100);
      const results = await admit(0, { limits, spend: spend(60) });
      await setClock(NOON_MS + 12.5 * 3_600_000);
      await settle(0, results, 50);
      await usage(limits);
      await quotas.evict(tenant);
      await setClock(NOON_MS + 12.6 * 3_600_000);
      const { budgets, spent } = await usage(limits);
      assert.equal(budgets[0]?.used, 0);
      assert.equal(spent.find(({ scope, window }) => scope === "tenant" && window === "month")?.tokens, 50);
    });

    it("refuse with a retryable 503 when the object does not answer, and keep nothing of it", async () => {
      const limits = dayBudget(100);
      for (const how of ["throw", "lose", "hang"] as const) {
        await quotas.send(0, { op: "fail", how, on: "admit" });
        const [refused] = await admit(0, { limits, spend: spend(60) });
        assert.deepEqual([refused?.code, refused?.headers["retry-after"]], ["model_unavailable", "1"], how);
      }
      await untilAsync(async () => (await usage(limits, 1)).budgets[0]?.reserved === 0);
    });

    it("that only warn let the call through when the object does not answer", async () => {
      await quotas.send(0, { op: "fail", how: "throw", on: "admit" });
      const limits = dayBudget(100, { mode: "warn" });
      const results = await admit(0, { limits, spend: spend(60) });
      assert.equal(served(results).length, 1);
      await settle(0, results, 30);
      assert.equal((await usage(limits)).budgets[0]?.used, 30);
    });

    for (const how of ["throw", "lose"] as const) {
      it(`book each call once though the settlement fails at first (${how})`, async () => {
        await setClock(null);
        const limits = dayBudget(1_000);
        await quotas.send(0, { op: "fail", how, on: "settle" });
        const results = await admit(0, { limits, spend: spend(60), times: 5 });
        await settle(0, results, 30);
        await settle(0, results, 30);
        await new Promise((resolve) => setTimeout(resolve, 100));
        await quotas.send(0, { op: "fail", how: "no", on: "settle" });
        await untilAsync(async () => (await usage(limits, 1)).budgets[0]?.reserved === 0);
        assert.equal((await usage(limits, 1)).budgets[0]?.used, 150);
      });
    }

    it("count money in millionths, exactly", async () => {
      const limits: Limits = { budgets: [{ scope: "model", unit: "usd", window: "month", limit: 0.3 }] };
      const need = { tokens: 0, microUsd: 100_000 };
      const results = await admit(0, { limits, spend: { keyId: "k1", modelId: "m", need }, times: 4 });
      assert.equal(served(results).length, 3);
      assert.equal((await usage(limits)).budgets[0]?.reserved, 0.3);
    });
  });

  it("answer no tenant but their own", async () => {
    const answers = await quotas.send(0, { op: "trespass", of: tenant, as: `${tenant}x` });
    assert.deepEqual(answers, ["wrong_tenant", false, null]);
  });
});

/** Waits for what happens behind the answers. */
async function untilAsync(isDone: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("it did not happen within 5 s");
}
