import type { AdmitMessage, AdmitReply } from "#limits/quota-message";
import { QuotaObject } from "#limits/quota-object";
import type { TenantId } from "#tenancy/tenant-id";

/** Calls of a quota object that can be counted, and made to fail. */
export type QuotaMethod = "admit" | "settle" | "usage";

/** How far the clocks of all quota objects are ahead: of the isolate, because objects come and go. */
let aheadMs = 0;

/** The quota object of the test Worker: the real one, which counts its calls and fails while a test wants it to. */
export class FaultyQuota extends QuotaObject {
  #faults: readonly QuotaMethod[] = [];
  #calls: Record<QuotaMethod, number> = { admit: 0, settle: 0, usage: 0 };

  override admit(tenantId: TenantId, message: AdmitMessage): AdmitReply {
    this.#enter("admit");
    return super.admit(tenantId, message);
  }

  override settle(...call: Parameters<QuotaObject["settle"]>): ReturnType<QuotaObject["settle"]> {
    this.#enter("settle");
    return super.settle(...call);
  }

  override usage(...call: Parameters<QuotaObject["usage"]>): ReturnType<QuotaObject["usage"]> {
    this.#enter("usage");
    return super.usage(...call);
  }

  /** Sets the clock of all quota objects ahead. */
  setAhead(ms: number): void {
    aheadMs = ms;
  }

  protected override nowMs(): number {
    return Date.now() + aheadMs;
  }

  /** From now on these methods throw, and no others. */
  failOn(faults: readonly QuotaMethod[]): void {
    this.#faults = faults;
  }

  /** Calls since the last look. */
  takeCalls(): Record<QuotaMethod, number> {
    const calls = this.#calls;
    this.#calls = { admit: 0, settle: 0, usage: 0 };
    return calls;
  }

  #enter(method: QuotaMethod): void {
    this.#calls[method]++;
    if (this.#faults.includes(method)) throw new Error(`${method} fails, as the test wants`);
  }
}
