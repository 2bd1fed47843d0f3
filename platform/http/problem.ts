import { ERROR_CODES, type PlatformError } from "#base/errors";

/** How an error is written: the native envelope, RFC 9457, or OpenAI's shape. */
type ErrorFormat = "envelope" | "problem" | "openai";

/**
 * The one place where an error becomes a Response. `/v1/*` speaks OpenAI's error shape, a client that accepts
 * `application/problem+json` gets RFC 9457, everyone else the envelope. Private detail (`cause`) never gets here.
 */
export function renderError(
  error: PlatformError,
  request: { path: string; accept: string | undefined },
  traceId: string,
): Response {
  const format = formatFor(request.path, request.accept);
  return new Response(JSON.stringify(BODIES[format](error, traceId)), {
    status: error.status,
    headers: {
      ...error.headers,
      "content-type": format === "problem" ? "application/problem+json" : "application/json",
    },
  });
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
  openai: (error) => ({
    error: {
      message: error.message,
      type: openaiType(error.status),
      param: error.details[0]?.field ?? null,
      code: error.code,
    },
  }),
};

function detailsOf({ details }: PlatformError): object {
  return details.length === 0 ? {} : { details };
}

function formatFor(path: string, accept: string | undefined): ErrorFormat {
  if (path.startsWith("/v1/")) return "openai";
  return accept?.includes("application/problem+json") === true ? "problem" : "envelope";
}

/** `type` of OpenAI's errors (platform.openai.com/docs/guides/error-codes). */
function openaiType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}
