import type { Increment } from "#metrics/metric-recorder";
import { MetricsObject } from "#metrics/metrics-object";
import type { TenantId } from "#tenancy/tenant-id";

/** The metrics object of the test Worker: the real one, which takes nothing while a test wants it to. */
export class FaultyMetrics extends MetricsObject {
  #isFailing = false;

  override add(tenantId: TenantId, increments: readonly Increment[], nowMs: number): void {
    if (this.#isFailing) throw new Error("add fails, as the test wants");
    super.add(tenantId, increments, nowMs);
  }

  fail(isFailing: boolean): void {
    this.#isFailing = isFailing;
  }
}
