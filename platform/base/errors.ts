/**
 * The one table of error codes. A code decides the HTTP status and whether a client may retry;
 * no other file of the platform names a status for an error.
 */
export const ERROR_CODES = {
  tenant_required: { status: 400, retryable: false, title: "A tenant is required" },
  tenant_unknown: { status: 404, retryable: false, title: "Unknown tenant" },
  tenant_mismatch: { status: 403, retryable: false, title: "The request names different tenants" },
  unauthenticated: { status: 401, retryable: false, title: "Authentication is required" },
  forbidden: { status: 403, retryable: false, title: "Not allowed" },
  invalid_json: { status: 400, retryable: false, title: "The body is not valid JSON" },
  invalid_request: { status: 400, retryable: false, title: "The request is not valid" },
  payload_too_large: { status: 413, retryable: false, title: "The body is too large" },
  headers_too_large: { status: 431, retryable: false, title: "A header is too large" },
  unsupported_media_type: { status: 415, retryable: false, title: "Unsupported media type" },
  not_acceptable: { status: 406, retryable: false, title: "No acceptable representation" },
  method_not_allowed: { status: 405, retryable: false, title: "Method not allowed" },
  not_found: { status: 404, retryable: false, title: "Not found" },
  gone: { status: 410, retryable: false, title: "No longer available" },
  conflict: { status: 409, retryable: true, title: "Conflict" },
  idempotency_mismatch: { status: 422, retryable: false, title: "Idempotency key was used for another request" },
  model_not_allowed: { status: 403, retryable: false, title: "The model is not allowed" },
  model_not_found: { status: 404, retryable: false, title: "Unknown model" },
  model_unavailable: { status: 503, retryable: true, title: "The model is unavailable" },
  upstream_rejected: { status: 502, retryable: false, title: "The model refused the request" },
  rate_limited: { status: 429, retryable: true, title: "Too many requests" },
  budget_exceeded: { status: 429, retryable: false, title: "The budget is used up" },
  tts_not_enabled: { status: 501, retryable: false, title: "Speech is not enabled" },
  tool_not_found: { status: 404, retryable: false, title: "Unknown tool" },
  tool_forbidden: { status: 403, retryable: false, title: "The tool is not allowed" },
  tool_failed: { status: 422, retryable: false, title: "The tool failed" },
  tool_timeout: { status: 504, retryable: true, title: "The tool took too long" },
  unavailable: { status: 503, retryable: true, title: "A part of the service is unavailable" },
  internal: { status: 500, retryable: true, title: "Internal error" },
} as const satisfies Record<string, ErrorKind>;

interface ErrorKind {
  /** HTTP status. */
  readonly status: number;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** RFC 9457 `title`: the same for every occurrence of the code. */
  readonly title: string;
}

export type ErrorCode = keyof typeof ERROR_CODES;

/** One violated rule of a request, as told to the caller. */
export interface ErrorDetail {
  /** Where: `message`, `documents.3.docId`, `header x-tenant-id`. */
  readonly field: string;
  /** Which rule was broken, and what to send instead. */
  readonly message: string;
}

export interface PlatformErrorOptions {
  readonly details?: readonly ErrorDetail[];
  /** Headers the answer must carry, e.g. `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What really happened: for the log, never for the caller. */
  readonly cause?: unknown;
}

/**
 * The only error that platform code throws on purpose.
 * `message` is public: it reaches the caller. Private detail belongs into `cause`.
 */
export class PlatformError extends Error {
  override readonly name = "PlatformError";
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string = ERROR_CODES[code].title, options: PlatformErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? [];
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}

/** What only a mistake of ours can cause: `internal` for the caller, its text for the log. */
export function defect(what: string): PlatformError {
  return new PlatformError("internal", undefined, { cause: new Error(what) });
}

/** Turns anything thrown into a `PlatformError`. What is not one becomes `internal`, its text kept private as the cause. */
export function toPlatformError(thrown: unknown): PlatformError {
  if (thrown instanceof PlatformError) return thrown;
  return new PlatformError(
    "internal",
    "Something went wrong on our side. Try again; if it persists, quote the trace id.",
    {
      cause: thrown,
    },
  );
}
