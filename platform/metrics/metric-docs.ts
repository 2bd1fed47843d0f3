import type { MetricName } from "#metrics/metric-table";

/** What each metric tells. For the reference: nothing of the Worker imports it. */
export const METRIC_DOCS: Readonly<Record<MetricName, string>> = {
  "http.server.request.duration":
    "Requests: from their arrival to the headers of the answer. Their number and their errors are its counts.",
  "platform.request.overhead": "What of a request was not its route's own work: tenant, key, limits, settings.",
  "platform.stream.failures": "Streams that began with 200 and ended in an error.",
  "gen_ai.client.operation.duration": "Model calls: from the call to the last token or the failure, retries included.",
  "gen_ai.server.time_to_first_token": "Chat models: from the call to the first piece of the answer.",
  "gen_ai.client.token.usage": "Tokens of model calls, also of those that broke off.",
  "platform.ai.cost": "What model calls cost by the prices of the model catalog.",
  "platform.ai.key.cost": "The same by who called: only in `/metrics/cost`.",
  "platform.ai.fallbacks": "Calls that another model answered than the one asked for.",
  "platform.search.duration": "Searches to their end, streams included.",
  "platform.search.passages": "Passages that searches gave.",
  "platform.cache.requests": "What caches said: of search results, and of AI Gateway.",
  "platform.cache.saved.time": "What hits have saved, compared with making the result.",
  "platform.cache.saved.tokens": "Tokens that hits have saved.",
  "platform.limits.refusals": "Requests refused by a rate limit or a budget.",
  "platform.tool.duration": "Runs of tools, also those that were denied.",
  "platform.sessions": "Turns that began a session, and turns that went on with one.",
  "platform.dependency.failures": "Failures of a dependency that the Worker went on without, or not.",
};

/** The values that each label can take. */
export const LABEL_DOCS: Readonly<Record<string, string>> = {
  http_request_method: "the seven methods of HTTP in use; `_OTHER` for any other",
  http_route: "patterns of routes, never paths; `(none)` for what is no route",
  http_response_status_code: "statuses of the table of errors, and 200 to 304",
  error_type:
    "codes of errors; of model calls `broken`, `cancelled`, `rejected`, `refused`, `unavailable`; empty when it went well",
  gen_ai_operation_name: "`chat`, `embeddings`, `rerank`, `speech`",
  gen_ai_request_model: "models that the tenant's config allows",
  gen_ai_token_type: "`input`, `output`",
  principal: "ids of keys and of users",
  cache_result: "of a search why its result was kept or made; of the gateway `HIT`, `MISS`",
  cache: "`search`, `gateway`",
  tool: "names of tools; one name for all that there are not",
  door: "`execute`, `chat`, `completions`, `mcp`",
  outcome: "`ok`, `denied`, `failed`, `timeout`",
  session: "`new`, `continued`",
  dependency: "`quotas`, `d1`, `kv`, `vectorize`",
};
