import type { Measure } from "#metrics/metric-table";
import type { LogFields } from "#observability/logger";

/** Methods that are told apart; another one, which a caller may make up, is `_OTHER` (OpenTelemetry, HTTP conventions). */
const METHODS = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);

/**
 * What one line of the log means in metrics. Metrics are made of the log's events and of nothing else: they agree with it,
 * and what must not be logged cannot be measured either.
 */
export function measureEvent(event: string, fields: LogFields, measure: Measure): void {
  if (fields.dependency !== undefined) measure("platform.dependency.failures", 1, [fields.dependency]);
  switch (event) {
    case "request":
      measureRequest(fields, measure);
      break;
    case "model_call":
      measureModelCall(fields, measure);
      break;
    case "search":
      measureSearch(fields, measure);
      break;
    case "tool_call": {
      const { tool = "", code, door = "", outcome = "", latencyMs = 0 } = fields;
      // A caller may make up any name.
      const name = code === "tool_not_found" ? "(unknown)" : tool;
      measure("platform.tool.duration", latencyMs / 1_000, [name, door, outcome]);
      break;
    }
    // Of an answer that had begun with 200: its request counts as served.
    case "turn_failed":
    case "search_failed":
    case "completion_failed": {
      const { route = "/chat", code = "", isAnswered } = fields;
      if (isAnswered !== true) measure("platform.stream.failures", 1, [route, code]);
    }
  }
}

function measureRequest(fields: LogFields, measure: Measure): void {
  const { method = "", route = "", status = 0, code = "", latencyMs = 0, overheadMs, session } = fields;
  const told = METHODS.has(method) ? method : "_OTHER";
  measure("http.server.request.duration", latencyMs / 1_000, [told, route, String(status), code]);
  if (overheadMs !== undefined) measure("platform.request.overhead", overheadMs / 1_000, [route]);
  if (status === 429) measure("platform.limits.refusals", 1, [code, route]);
  if (session !== undefined) measure("platform.sessions", 1, [session]);
}

function measureModelCall(fields: LogFields, measure: Measure): void {
  const { model = "", route = "", operation = "", outcome = "", latencyMs = 0, firstTokenMs, principal = "" } = fields;
  const { tokensIn, tokensOut, costMicroUsd = 0, requestedModel, cacheStatus } = fields;
  const failure = outcome === "ok" ? "" : outcome;
  measure("gen_ai.client.operation.duration", latencyMs / 1_000, [operation, model, route, failure]);
  if (firstTokenMs !== undefined && operation === "chat")
    measure("gen_ai.server.time_to_first_token", firstTokenMs / 1_000, [model, route]);
  if (tokensIn) measure("gen_ai.client.token.usage", tokensIn, ["input", model, route]);
  if (tokensOut) measure("gen_ai.client.token.usage", tokensOut, ["output", model, route]);
  if (costMicroUsd > 0) {
    measure("platform.ai.cost", costMicroUsd / 1e6, [model, route]);
    measure("platform.ai.key.cost", costMicroUsd / 1e6, [principal]);
  }
  if (requestedModel !== undefined) measure("platform.ai.fallbacks", 1, [model]);
  if (cacheStatus !== undefined) measure("platform.cache.requests", 1, ["gateway", cacheStatus]);
}

function measureSearch(fields: LogFields, measure: Measure): void {
  const { cacheStatus = "", latencyMs = 0, savedMs, savedTokens, passages = 0 } = fields;
  measure("platform.search.duration", latencyMs / 1_000, [cacheStatus]);
  measure("platform.search.passages", passages, []);
  measure("platform.cache.requests", 1, ["search", cacheStatus]);
  if (savedMs !== undefined) measure("platform.cache.saved.time", savedMs / 1_000, ["search"]);
  if (savedTokens !== undefined) measure("platform.cache.saved.tokens", savedTokens, ["search"]);
}
