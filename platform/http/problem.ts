import { ERROR_CODES, type ErrorCode, type PlatformError } from "#base/errors";

/** How an error is written: the native envelope, RFC 9457, OpenAI's shape, or JSON-RPC. */
type ErrorFormat = "envelope" | "problem" | "openai" | "rpc";

/**
 * The one place where an error becomes a Response. `/v1/*` speaks OpenAI's error shape, `/mcp` JSON-RPC, a client that accepts
 * `application/problem+json` gets RFC 9457, everyone else the envelope. Private detail (`cause`) never gets here.
 */
export function renderError(
  error: PlatformError,
  request: { path: string; accept: string | undefined },
  traceId: string,
): Response {
  const format = formatFor(request.path, request.accept);
  const headers = new Headers(error.headers);
  headers.set("content-type", format === "problem" ? "application/problem+json" : "application/json");
  if (format === "openai") advise(error, headers);
  return new Response(JSON.stringify(BODIES[format](error, traceId)), { status: error.status, headers });
}

/** The body of an error of `/v1/*`; within a stream, the data of its last event. */
export function openAiErrorBody(error: PlatformError): object {
  return {
    error: { message: error.message, type: openAiType(error), param: paramOf(error), code: error.code },
  };
}

/**
 * What OpenAI's clients go by when they decide on their own to repeat a request: they would repeat every 409, 429 and 5xx,
 * and they wait for `retry-after-ms` rather than for `retry-after`.
 */
function advise(error: PlatformError, headers: Headers): void {
  const seconds = Number(headers.get("retry-after") ?? "");
  if (seconds > 0 && !headers.has("retry-after-ms")) headers.set("retry-after-ms", String(seconds * 1_000));
  if (!error.retryable && !headers.has("x-should-retry")) headers.set("x-should-retry", "false");
}

const BODIES: Record<ErrorFormat, (error: PlatformError, traceId: string) => object> = {
  envelope: (error, traceId) => ({
    ok: false,
    error: { code: error.code, message: error.message, ...detailsOf(error), retryable: error.retryable },
    traceId,
  }),
  problem: (error, traceId) => ({
    type: `urn:problem:${error.code}`,
    title: ERROR_CODES[error.code].title,
    status: error.status,
    detail: error.message,
    code: error.code,
    ...detailsOf(error),
    retryable: error.retryable,
    traceId,
  }),
  openai: openAiErrorBody,
  rpc: (error, traceId) => ({
    jsonrpc: "2.0",
    error: {
      code: RPC_CODES.get(error.code) ?? error.status,
      message: error.message,
      data: { code: error.code, ...detailsOf(error), retryable: error.retryable, traceId },
    },
  }),
};

/** Codes of JSON-RPC 2.0, section 5.1; outside of its range stands the HTTP status. */
const RPC_CODES: ReadonlyMap<ErrorCode, number> = new Map([
  ["invalid_json", -32700],
  ["invalid_request", -32600],
  ["internal", -32603],
]);

function detailsOf({ details }: PlatformError): object {
  return details.length === 0 ? {} : { details };
}

function formatFor(path: string, accept: string | undefined): ErrorFormat {
  if (path.startsWith("/v1/")) return "openai";
  if (path === "/mcp") return "rpc";
  return accept?.includes("application/problem+json") === true ? "problem" : "envelope";
}

/** `type` of OpenAI's errors (platform.openai.com/docs/guides/error-codes). */
function openAiType({ code, status }: PlatformError): string {
  if (code === "budget_exceeded") return "insufficient_quota";
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** The field at fault, written as OpenAI writes it: `messages[0].content`. Null when it is no single one. */
function paramOf({ code, details }: PlatformError): string | null {
  if (code === "model_not_found" || code === "model_not_allowed") return "model";
  const field = details[0]?.field;
  return field === undefined || field === "body" ? null : field.replace(/\.(\d+)(?=\.|$)/g, "[$1]");
}
