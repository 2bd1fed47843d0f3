import type { CallStatus, ModelCallRecord } from "#ai-gateway/model-call-record";
import type { LogLevel, Logger } from "#observability/logger";

/** OpenTelemetry's `gen_ai.operation.name`. */
const OPERATIONS = { chat: "chat", embedding: "embeddings", rerank: "rerank", speech: "speech" } as const;

const LEVELS: Readonly<Record<CallStatus, LogLevel>> = {
  ok: "info",
  cancelled: "info",
  rejected: "warn",
  broken: "warn",
  unavailable: "warn",
  refused: "error",
};

/**
 * Writes the line `model_call` of a call, and `model_access_refused` when account or gateway turn us away: that one
 * is for the operator, since no retry and no other model will mend it.
 */
export function logModelCall(log: Logger, record: ModelCallRecord): void {
  const { tenantId, traceId, route, model, attempts, latencyMs, firstTokenMs, usage, costMicroUsd, cacheStatus } =
    record;
  const [gatewayLogId] = record.logIds;
  const fields = {
    tenantId,
    traceId,
    route,
    model,
    operation: OPERATIONS[record.purpose],
    ...(record.principalId === undefined ? {} : { principal: record.principalId }),
    outcome: record.status,
    attempts: attempts.length,
    latencyMs,
    tokensIn: usage.tokensIn,
    tokensOut: usage.tokensOut,
    isEstimate: usage.isEstimate,
    ...(record.requestedModel === model ? {} : { requestedModel: record.requestedModel }),
    ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
    ...(costMicroUsd === undefined ? {} : { costMicroUsd }),
    ...(gatewayLogId === undefined ? {} : { gatewayLogId }),
    ...(cacheStatus === undefined ? {} : { cacheStatus }),
  };
  log.log(LEVELS[record.status], "model_call", fields);
  if (record.status !== "refused") return;
  const upstreamStatus = attempts.at(-1)?.httpStatus;
  log.log("error", "model_access_refused", {
    tenantId,
    traceId,
    model,
    ...(upstreamStatus === undefined ? {} : { upstreamStatus }),
  });
}
