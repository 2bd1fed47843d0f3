import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { type Increment, MetricRecorder } from "#metrics/metric-recorder";
import type { TenantId } from "#tenancy/tenant-id";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

const ACME = tenantIdSchema.parse("acme");
const REQUEST = { tenantId: "acme", method: "GET", route: "/health", status: 200, latencyMs: 3 };

function recorderOf(store: (tenantId: TenantId, increments: readonly Increment[]) => Promise<void>) {
  const works: Promise<unknown>[] = [];
  const recorder = new MetricRecorder({
    store,
    tenantOf: (id) => (id === "acme" ? ACME : undefined),
    waitUntil: (work) => works.push(work),
  });
  return { recorder, works };
}

describe("MetricRecorder", () => {
  it("adds up what it is told, and stores it once behind all of them", async () => {
    const stored: (readonly Increment[])[] = [];
    const { recorder, works } = recorderOf((_, increments) => Promise.resolve(void stored.push(increments)));
    for (const latencyMs of [3, 4, 700]) recorder.note("request", { ...REQUEST, latencyMs });
    assert.deepEqual([stored.length, works.length], [0, 1]);
    await Promise.all(works);
    const labels = '["GET","/health","200",""]';
    assert.deepEqual(stored, [
      [
        ["http.server.request.duration", labels, 0, 2, 0.007],
        ["http.server.request.duration", labels, 7, 1, 0.7],
      ],
    ]);
  });

  it("keeps what could not be stored for the next time", async () => {
    const counts: number[] = [];
    let isDown = true;
    const { recorder } = recorderOf((_, increments) => {
      if (isDown) return Promise.reject(new Error("down"));
      counts.push(...increments.map(([, , , count]) => count));
      return Promise.resolve();
    });
    recorder.note("request", REQUEST);
    await recorder.flush();
    recorder.note("request", REQUEST);
    isDown = false;
    await recorder.flush();
    await recorder.flush();
    assert.deepEqual(counts, [2]);
  });

  it("leaves out lines of nobody, and of tenants that the Worker does not serve", async () => {
    const stored: unknown[] = [];
    const { recorder } = recorderOf((tenantId) => Promise.resolve(void stored.push(tenantId)));
    recorder.note("request", { ...REQUEST, tenantId: "globex" });
    const { tenantId: _, ...anonymous } = REQUEST;
    recorder.note("request", anonymous);
    await recorder.flush();
    assert.deepEqual(stored, []);
  });

  it("needs no more room for a hundred thousand events than for a hundred", async () => {
    let increments: readonly Increment[] = [];
    const { recorder } = recorderOf((_, all) => Promise.resolve(void (increments = all)));
    for (let event = 0; event < 100_000; event++) recorder.note("request", { ...REQUEST, latencyMs: event % 100 });
    await recorder.flush();
    assert.ok(increments.length <= 6, String(increments.length));
    assert.equal(
      increments.reduce((sum, [, , , count]) => sum + count, 0),
      100_000,
    );
  });
});
