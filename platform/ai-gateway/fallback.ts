import type { CircuitBreakers } from "#ai-gateway/circuit-breaker";
import type { AttemptOutcome, ModelAttempt } from "#ai-gateway/model-call-record";
import { type ModelFailure, toModelFailure } from "#ai-gateway/model-failure";
import type { Clock } from "#base/clock";
import { PlatformError } from "#base/errors";
import type { TenantId } from "#tenancy/tenant-id";

/** Told to a caller when nothing better is known, milliseconds. */
const DEFAULT_RETRY_AFTER_MS = 2_000;
/** A provider that asks for more is not taken at its word. */
const MAX_RETRY_AFTER_MS = 60_000;

/** The models to ask for one call, and what the asking needs. */
export interface Chain {
  /** In the order in which they are asked, each once. */
  readonly models: readonly string[];
  readonly breakers: CircuitBreakers;
  readonly clock: Clock;
  /** No attempt begins after this time, milliseconds since the epoch. */
  readonly endsAtMs: number;
  readonly signal: AbortSignal | undefined;
  onAttempt(attempt: ModelAttempt): void;
}

/**
 * Asks one model after the other until one answers. `ask` must have no effect that a second asking would double: it may
 * fail only before the caller has seen anything.
 *
 * @throws the signal's reason when the caller aborts: no fallback, and no mark against the model.
 * @throws PlatformError `upstream_rejected` at once when the request itself is refused, `model_unavailable` at once when
 * access is refused, `model_unavailable` with `Retry-After` when no model of the chain answered.
 */
export async function askInTurn<Answer>(
  tenantId: TenantId,
  chain: Chain,
  ask: (model: string) => Promise<Answer>,
): Promise<Answer> {
  const { breakers, clock, signal } = chain;
  let last: ModelFailure | undefined;
  for (const model of chain.models) {
    signal?.throwIfAborted();
    const startedMs = clock.nowMs();
    if (startedMs >= chain.endsAtMs) break;
    const note = (outcome: AttemptOutcome, failure?: ModelFailure): void =>
      chain.onAttempt(attemptOf(model, outcome, clock.nowMs() - startedMs, failure));
    if (!breakers.admit(tenantId, model, startedMs)) {
      note("skipped");
      continue;
    }
    try {
      const answer = await ask(model);
      breakers.report(tenantId, model, "success", clock.nowMs());
      note("answered");
      return answer;
    } catch (thrown) {
      if (signal?.aborted === true) {
        breakers.report(tenantId, model, "abandoned", clock.nowMs());
        note("cancelled");
        signal.throwIfAborted();
      }
      last = toModelFailure(thrown);
      note(last.kind, last);
      breakers.report(tenantId, model, breakerOutcome(last), clock.nowMs());
      if (last.kind === "rejected") throw new PlatformError("upstream_rejected", undefined, { cause: last });
      if (last.kind === "refused") throw new PlatformError("model_unavailable", undefined, { cause: last });
    }
  }
  throw allFailed(tenantId, chain, last);
}

/** A model that rejects a request is up; one that we may not use is neither up nor down. */
function breakerOutcome({ kind }: ModelFailure): "success" | "failure" | "abandoned" {
  if (kind === "rejected") return "success";
  return kind === "refused" ? "abandoned" : "failure";
}

function attemptOf(
  model: string,
  outcome: AttemptOutcome,
  latencyMs: number,
  failure: ModelFailure | undefined,
): ModelAttempt {
  const httpStatus = failure?.details.httpStatus;
  return { model, outcome, latencyMs, ...(httpStatus === undefined ? {} : { httpStatus }) };
}

function allFailed(tenantId: TenantId, chain: Chain, last: ModelFailure | undefined): PlatformError {
  const openMs = chain.breakers.waitMs(tenantId, chain.models, chain.clock.nowMs());
  const wantedMs = Math.max(openMs, last?.details.retryAfterMs ?? 0, DEFAULT_RETRY_AFTER_MS);
  const seconds = Math.ceil(Math.min(wantedMs, MAX_RETRY_AFTER_MS) / 1_000);
  return new PlatformError("model_unavailable", undefined, {
    headers: { "Retry-After": String(seconds) },
    cause: last ?? new Error(`no model of the chain may be asked now: ${chain.models.join(", ")}`),
  });
}
