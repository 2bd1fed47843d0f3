import type { LogFields } from "#observability/logger";

/** Every event of the log, and when it is written. No other can be. The Worker takes only the type from here. */
export const LOG_EVENTS = {
  request: "a request was answered; of a stream, its headers were sent",
  model_call: "a model was asked, also when another one answered or none",
  search: "a search has come to its end",
  tool_call: "a tool was run, or its run was refused",
  request_failed: "a request failed with something that is no error of the table: a defect, or a store that is down",
  turn_failed: "a turn of a chat ended in an error",
  search_failed: "a search that is streamed ended in an error",
  completion_failed: "a completion that is streamed ended in an error",
  search_degraded: "a search went on without one of its stores",
  model_access_refused: "account or gateway turn us away: nothing mends that but the operator",
  quota_failed: "limits and budgets could not be asked: limits hold for each isolate, enforced budgets refuse",
  idempotency_failed: "an answer could not be kept for a repetition of its request",
  settings_not_read: "what was set at run time could not be read: the last known values hold",
  setting_refused: "something that was set at run time is not valid, and is not used",
  audit_failed: "a record of the audit log was not written",
  audit_seal_failed: "the chain of the audit log was not sealed; the next record tries again",
  ingest_step_failed: "a step of an ingest job failed; the job tries it again",
  alert: "an alert began or ended, as `outcome` says",
  alert_not_delivered: "the webhook of an alert did not take it; it is tried again",
} as const;

export type LogEvent = keyof typeof LOG_EVENTS;

type TypeName<Value> = Value extends readonly unknown[]
  ? "list of strings"
  : Value extends number
    ? "number"
    : Value extends boolean
      ? "boolean"
      : "string";

/** What each field tells: all of them, each with its type. */
export const LOG_FIELDS: {
  readonly [Name in keyof LogFields]-?: readonly [type: TypeName<NonNullable<LogFields[Name]>>, about: string];
} = {
  tenantId: ["string", "the tenant"],
  traceId: [
    "string",
    "the request: `x-request-id` of its answer, `traceId` in errors, events and the gateway's metadata",
  ],
  method: ["string", "method of HTTP"],
  route: ["string", "pattern of the route, e.g. `/chat/:sessionId/history`; never the path with its ids"],
  status: ["number", "status of the answer"],
  latencyMs: ["number", "how long it took, milliseconds"],
  principalKind: ["string", "`key`, `token`, `anonymous`"],
  principal: ["string", "id of the key or user that a model call is billed to; never the key"],
  overheadMs: ["number", "what of a request was not its route's own work, milliseconds"],
  session: ["string", "`new`, `continued`"],
  model: ["string", "the model that answered, or was asked last"],
  operation: ["string", "`chat`, `embeddings`, `rerank`, `speech`, as OpenTelemetry names them"],
  tokensIn: ["number", "tokens of the prompt"],
  tokensOut: ["number", "tokens of the answer"],
  isEstimate: ["boolean", "the tokens are estimated: the provider told none"],
  requestedModel: ["string", "the model that was asked for, when another one answered"],
  outcome: [
    "string",
    "of a model call `ok`, `broken`, `cancelled`, `rejected`, `refused`, `unavailable`; of a tool `ok`, `denied`, `failed`, `timeout`; of an alert whether it fires",
  ],
  attempts: ["number", "how many models were asked for one answer; how often a webhook was tried"],
  firstTokenMs: ["number", "until the first piece of the answer, milliseconds"],
  costMicroUsd: ["number", "by the catalog's prices, millionths of a dollar"],
  gatewayLogId: ["string", "finds the call in AI Gateway's log"],
  cacheStatus: ["string", "of a model call what the gateway's cache said; of a search why its result was kept or made"],
  savedMs: ["number", "what a kept result has saved, milliseconds"],
  savedTokens: ["number", "the same in tokens"],
  passages: ["number", "how many passages a search gave"],
  isAnswered: ["boolean", "the failure is also the answer of its request, whose own line tells it"],
  alert: ["string", "id of an alert rule"],
  runbook: ["string", "the page that says what to do about it"],
  upstreamStatus: ["number", "status of the provider or the webhook"],
  promptVersion: ["string", "version of the prompt that the model was given"],
  overrides: ["list of strings", "what was set at run time: `searchAnswers=false`, `model:/chat=…`, `prompt:system=…`"],
  setting: ["string", "name of a setting that is not used"],
  tool: ["string", "name of a tool, as the caller wrote it"],
  door: ["string", "how it was called: `execute`, `chat`, `completions`, `mcp`"],
  code: ["string", "code of the error"],
  jobId: ["string", "an ingest job"],
  step: ["string", "what of it was being done"],
  dependency: ["string", "what failed: `quotas`, `d1`, `kv`, `vectorize`"],
  error: ["string", "text from inside the platform, redacted"],
};
