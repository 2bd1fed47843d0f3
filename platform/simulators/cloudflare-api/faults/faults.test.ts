import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";

import type { CloudflareApi } from "../start-cloudflare-api.js";
import { call, each, startApi } from "../testing/api-fixture.js";
import { createFaultPlan } from "./fault-plan.js";
import { seededRandom } from "./seeded-random.js";

describe("faults", () => {
  let api: CloudflareApi;
  before(async () => {
    api = await startApi();
  });
  after(() => api.close());
  afterEach(() => api.faults.clear());

  const create = (title: string) => call(api, "POST", "/storage/kv/namespaces", { title });
  const titles = async () => each((await call(api, "GET", "/storage/kv/namespaces?per_page=100")).result, "title");

  it("refuse: nothing is done", async () => {
    api.faults.add({ kind: "refuse", status: 503, retryAfterSeconds: 2, times: 1 });
    const refused = await create("refused");
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "2");
    assert.ok(!(await titles()).includes("refused"));
  });

  it("lose and cut: it is done, and the client does not learn of it", async () => {
    api.faults.add({ kind: "lose", match: /^POST .*namespaces$/, times: 1 });
    assert.equal((await create("lost")).status, 500);
    api.faults.add({ kind: "cut", match: /^POST/, times: 1 });
    await assert.rejects(create("cut"));
    assert.deepEqual((await titles()).slice(-2), ["lost", "cut"]);
  });

  it("hang: no answer, nothing done", async () => {
    api.faults.add({ kind: "hang", times: 1 });
    const target = `${api.apiUrl}/user/tokens/verify`;
    await assert.rejects(fetch(target, { signal: AbortSignal.timeout(200) }), { name: "TimeoutError" });
    assert.deepEqual(api.calls.at(-1), {
      method: "GET",
      path: "/user/tokens/verify",
      status: 0,
      fault: "hang",
      isDone: false,
    });
  });
});

describe("createFaultPlan", () => {
  it("lets calls pass first, hits as often as it may, and leaves others alone", () => {
    const plan = createFaultPlan(() => 0);
    plan.add({ kind: "refuse", match: /^GET \/a/, after: 1, times: 2 });
    const hits = ["/a", "/b", "/a", "/a", "/a"].map((path) => plan.next("GET", path)?.kind);
    assert.deepEqual(hits, [undefined, undefined, "refuse", "refuse", undefined]);
  });

  it("hits the share of the calls that was asked for, the same ones for the same seed", () => {
    const run = (seed: number): number[] => {
      const plan = createFaultPlan(seededRandom(seed));
      plan.add({ kind: "refuse", share: 0.1 });
      return Array.from({ length: 2_000 }, (_, index) => index).filter(() => plan.next("GET", "/") !== undefined);
    };
    assert.deepEqual(run(7), run(7));
    assert.notDeepEqual(run(7), run(8));
    assert.ok(run(7).length > 150 && run(7).length < 250, `${run(7).length} of 2,000`);
  });
});
