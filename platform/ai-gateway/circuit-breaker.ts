import type { TenantId } from "#tenancy/tenant-id";

/**
 * Whether a model is asked. `closed`: yes. `open`: not before `untilMs`. `half-open`: one call is trying; if it does not
 * report by `untilMs`, the next one may.
 */
export type BreakerState =
  | { readonly phase: "closed"; readonly failures: number }
  | { readonly phase: "open" | "half-open"; readonly untilMs: number; readonly openings: number };

export interface BreakerPolicy {
  /** Failures in a row that open it. */
  readonly threshold: number;
  /** How long it stays open the first time; doubled each time the trial fails. */
  readonly openMs: number;
  readonly maxOpenMs: number;
  /** How long the trial call may take before another one is let through. */
  readonly trialMs: number;
}

export const DEFAULT_BREAKER_POLICY: BreakerPolicy = {
  threshold: 5,
  openMs: 10_000,
  maxOpenMs: 60_000,
  trialMs: 30_000,
};

export const CLOSED: BreakerState = { phase: "closed", failures: 0 };

/** Asks for one call. Pure: `after` is the state to keep. */
export function admit(
  state: BreakerState,
  { trialMs }: BreakerPolicy,
  nowMs: number,
): { readonly isAdmitted: boolean; readonly after: BreakerState } {
  if (state.phase === "closed") return { isAdmitted: true, after: state };
  if (nowMs < state.untilMs) return { isAdmitted: false, after: state };
  return { isAdmitted: true, after: { ...state, phase: "half-open", untilMs: nowMs + trialMs } };
}

/** How an admitted call ended. `abandoned`: the caller left, which says nothing about the model. */
export type CallOutcome = "success" | "failure" | "abandoned";

/** Takes the outcome of one call into account. Pure. */
export function record(state: BreakerState, outcome: CallOutcome, policy: BreakerPolicy, nowMs: number): BreakerState {
  if (outcome === "success") return CLOSED;
  if (outcome === "abandoned") return state.phase === "half-open" ? { ...state, phase: "open", untilMs: nowMs } : state;
  // A call from before the opening says nothing new.
  if (state.phase === "open") return state;
  if (state.phase === "closed" && state.failures + 1 < policy.threshold)
    return { phase: "closed", failures: state.failures + 1 };
  const openings = state.phase === "half-open" ? state.openings + 1 : 1;
  const openMs = Math.min(policy.openMs * 2 ** (openings - 1), policy.maxOpenMs);
  return { phase: "open", openings, untilMs: nowMs + openMs };
}

/** More tenants and models than one isolate serves; what is forgotten starts closed. */
const MAX_BREAKERS = 2_000;

/**
 * The breakers of one isolate, one per tenant and model: a tenant whose gateway is down must not cost the others theirs.
 * Kept in memory only. Another isolate finds out for itself, which costs it `threshold` calls.
 */
export class CircuitBreakers {
  readonly #policy: BreakerPolicy;
  readonly #states = new Map<string, BreakerState>();

  constructor(policy: BreakerPolicy = DEFAULT_BREAKER_POLICY) {
    this.#policy = policy;
  }

  /** Whether the model may be asked now. An admitted call must be reported. */
  admit(tenantId: TenantId, model: string, nowMs: number): boolean {
    const key = keyOf(tenantId, model);
    const { isAdmitted, after } = admit(this.#states.get(key) ?? CLOSED, this.#policy, nowMs);
    this.#keep(key, after);
    return isAdmitted;
  }

  report(tenantId: TenantId, model: string, outcome: CallOutcome, nowMs: number): void {
    const key = keyOf(tenantId, model);
    this.#keep(key, record(this.#states.get(key) ?? CLOSED, outcome, this.#policy, nowMs));
  }

  /** Time until the first of these models may be asked again, milliseconds. */
  waitMs(tenantId: TenantId, models: readonly string[], nowMs: number): number {
    const waits = models.map((model) => {
      const state = this.#states.get(keyOf(tenantId, model)) ?? CLOSED;
      return state.phase === "closed" ? 0 : Math.max(0, state.untilMs - nowMs);
    });
    return Math.min(...waits);
  }

  #keep(key: string, state: BreakerState): void {
    // A healthy model needs no entry.
    if (state.phase === "closed" && state.failures === 0) {
      this.#states.delete(key);
      return;
    }
    if (this.#states.size >= MAX_BREAKERS && !this.#states.has(key)) {
      for (const oldest of this.#states.keys()) {
        this.#states.delete(oldest);
        break;
      }
    }
    this.#states.set(key, state);
  }
}

function keyOf(tenantId: TenantId, model: string): string {
  return JSON.stringify([tenantId, model]);
}
