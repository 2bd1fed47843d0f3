/**
 * Errors of Workers AI. Codes and statuses are of the "Errors" page of the Workers AI docs, except those marked
 * observed, which public projects quote from the live service.
 */
export const aiErrors = {
  noSuchModel: { internalCode: 5007, status: 400 },
  invalidData: { internalCode: 5004, status: 400 },
  /** Observed: inputs that do not fit the model's schema. */
  badInput: { internalCode: 5006, status: 400 },
  /** Observed. */
  contextWindow: { internalCode: 5021, status: 413 },
  incompleteRequest: { internalCode: 3003, status: 400 },
  requestTooLarge: { internalCode: 3006, status: 413 },
  timeout: { internalCode: 3007, status: 408 },
  aborted: { internalCode: 3008, status: 408 },
  accountNotAllowed: { internalCode: 5018, status: 403 },
  accountLimited: { internalCode: 3036, status: 429 },
  outOfCapacity: { internalCode: 3040, status: 429 },
  /** Observed: what a model that broke down answers. */
  internal: { internalCode: 3043, status: 500 },
} as const;

export type AiErrorKind = keyof typeof aiErrors;

/** A refused or failed model call; {@link errorResponse} writes it as the service does. */
export class AiRefusal extends Error {
  override readonly name = "AiRefusal";

  constructor(
    readonly internalCode: number,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }

  static of(kind: AiErrorKind, message: string): AiRefusal {
    return new AiRefusal(aiErrors[kind].internalCode, aiErrors[kind].status, message);
  }
}

/** The error that an HTTP status alone stands for. */
export function refusalOfStatus(status: number, message: string | undefined, code?: number): AiRefusal {
  const kind = kindOfStatus(status);
  return new AiRefusal(
    code ?? aiErrors[kind].internalCode,
    status,
    message ?? defaultMessages[kind] ?? "Internal server error",
  );
}

function kindOfStatus(status: number): AiErrorKind {
  if (status === 408) return "timeout";
  if (status === 413) return "requestTooLarge";
  if (status === 429) return "outOfCapacity";
  if (status === 401 || status === 403) return "accountNotAllowed";
  return status >= 400 && status < 500 ? "badInput" : "internal";
}

const defaultMessages: Partial<Record<AiErrorKind, string>> = {
  timeout: "Request timeout",
  requestTooLarge: "Request is too large",
  outOfCapacity: "Capacity temporarily exceeded, please try again.",
  accountNotAllowed: "The account is not allowed to access this model",
  badInput: "AiError: Bad input",
};

/** The shape that the runtime's `Ai` class turns into `InferenceUpstreamError: <code>: <description>`. */
export function errorResponse({ internalCode, status, message }: AiRefusal): Response {
  const body = {
    internalCode,
    name: "InferenceUpstreamError",
    description: message,
    errors: [{ code: internalCode, message }],
    success: false,
  };
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}
