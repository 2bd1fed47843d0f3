import type { CallContext, TokenUsage } from "#ai-gateway/model-client";
import { costMicroUsd } from "#ai-gateway/model-cost";
import type { FailureKind } from "#ai-gateway/model-failure";
import type { Clock } from "#base/clock";
import type { TenantId } from "#tenancy/tenant-id";

/** `skipped`: the model's circuit breaker was open, nothing was sent. */
export type AttemptOutcome = "answered" | "cancelled" | "skipped" | FailureKind;

/** One asking of one model. */
export interface ModelAttempt {
  readonly model: string;
  readonly outcome: AttemptOutcome;
  /** Until it answered (a text model: with its first token) or failed. */
  readonly latencyMs: number;
  /** Of a refusal. */
  readonly httpStatus?: number;
}

/**
 * How a call ended. `broken`: in the middle of the answer. `cancelled`: by the caller. `rejected`, `refused`, `unavailable`:
 * no answer began; `refused` needs the operator, because account or gateway are not set up.
 */
export type CallStatus = "ok" | "broken" | "cancelled" | "rejected" | "refused" | "unavailable";

/** What one call of the model client came to. Holds no contents: neither prompt, nor answer, nor a provider's text. */
export interface ModelCallRecord {
  readonly tenantId: TenantId;
  readonly traceId: string;
  readonly route: string;
  readonly principalId?: string;
  readonly purpose: "chat" | "embedding" | "rerank" | "speech";
  readonly requestedModel: string;
  /** The model that answered; when none did, the last one that was asked. */
  readonly model: string;
  readonly status: CallStatus;
  /** In the order in which they ended. Embeddings: one per batch. */
  readonly attempts: readonly ModelAttempt[];
  /** From the call's start to its last token or failure. */
  readonly latencyMs: number;
  /** From the call's start to the first piece of the answer, failed attempts included; undefined where it came whole. */
  readonly firstTokenMs: number | undefined;
  /** Of what was produced, also when the answer broke off or was cancelled. */
  readonly usage: TokenUsage;
  /** Undefined when the model has no known price; 0 when the gateway answered from its cache. */
  readonly costMicroUsd: number | undefined;
  /** The gateway's log ids of the answers: one, or one per batch. */
  readonly logIds: readonly string[];
  /** What the gateway's cache said, if it was asked. */
  readonly cacheStatus: "HIT" | "MISS" | undefined;
}

const NO_USAGE: TokenUsage = { tokensIn: 0, tokensOut: 0, isEstimate: false };

/** What a call is, before it starts. */
export type CallSubject = Pick<ModelCallRecord, "purpose" | "requestedModel">;

/** Gathers what happens during one call and hands out its record, once. */
export class CallRecorder {
  readonly startedMs: number;
  readonly #base: CallSubject & Pick<ModelCallRecord, "tenantId" | "traceId" | "route" | "principalId">;
  readonly #clock: Clock;
  readonly #onCall: ((record: ModelCallRecord) => void) | undefined;
  readonly #attempts: ModelAttempt[] = [];
  readonly #logIds: string[] = [];
  #cacheStatus: ModelCallRecord["cacheStatus"];
  #firstTokenMs: number | undefined;
  #isDone = false;

  constructor(
    tenantId: TenantId,
    subject: CallSubject,
    { traceId, route, principalId }: CallContext,
    { clock, onCall }: { readonly clock: Clock; readonly onCall: ((record: ModelCallRecord) => void) | undefined },
  ) {
    this.#base = { tenantId, traceId, route, ...subject, ...(principalId === undefined ? {} : { principalId }) };
    this.#clock = clock;
    this.#onCall = onCall;
    this.startedMs = clock.nowMs();
  }

  attempt(attempt: ModelAttempt): void {
    this.#attempts.push(attempt);
  }

  /** Notes the headers of an answer, and that it has begun: unless it `isWhole`, and its beginning could not be seen. Each response has its own; `env.AI.aiGatewayLogId` is shared by concurrent calls. */
  answered(headers: Headers, isWhole = false): void {
    const logId = headers.get("cf-aig-log-id");
    if (logId !== null) this.#logIds.push(logId);
    const cache = headers.get("cf-aig-cache-status")?.toUpperCase();
    if (cache === "HIT" || cache === "MISS") this.#cacheStatus = cache;
    if (!isWhole) this.#firstTokenMs ??= this.#clock.nowMs() - this.startedMs;
  }

  /** Hands out the record. Further calls do nothing. `cost`, micro-USD: where it is not a matter of tokens. */
  finish(status: CallStatus, usage: TokenUsage = NO_USAGE, cost?: number): void {
    if (this.#isDone) return;
    this.#isDone = true;
    const model = this.#attempts.findLast(({ outcome }) => outcome !== "skipped")?.model ?? this.#base.requestedModel;
    try {
      this.#onCall?.({
        ...this.#base,
        model,
        status,
        attempts: this.#attempts,
        latencyMs: this.#clock.nowMs() - this.startedMs,
        firstTokenMs: this.#firstTokenMs,
        usage,
        costMicroUsd: this.#cacheStatus === "HIT" ? 0 : (cost ?? costMicroUsd(model, usage)),
        logIds: this.#logIds,
        cacheStatus: this.#cacheStatus,
      });
    } catch {
      // Whatever the hook threw: an answer that is paid for must not be lost to its bookkeeping.
    }
  }

  /** The status of a call that ended without an answer. */
  failed(isAborted: boolean): void {
    const last = this.#attempts.findLast(({ outcome }) => outcome !== "skipped")?.outcome;
    if (isAborted) this.finish("cancelled");
    else this.finish(last === "rejected" || last === "refused" ? last : "unavailable");
  }
}
