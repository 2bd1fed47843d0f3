/** A refusal of the API: HTTP status, numeric code and the text that a client shows. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/**
 * Refusals with the codes that wrangler's source tests for, or that public issue trackers quote. Cloudflare publishes
 * no list of them.
 */
export const refusals = {
  invalidRequest: (message: string) => new ApiError(400, 10_021, message),
  invalidToken: () => new ApiError(401, 9_109, "Invalid access token"),
  missingToken: () => new ApiError(400, 9_106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers"),
  notPermitted: () => new ApiError(403, 10_000, "Authentication error"),
  noRoute: (method: string, path: string) =>
    new ApiError(404, 7_003, `Could not route to ${path}, perhaps your object identifier is invalid? (${method})`),
  noScript: () => new ApiError(404, 10_007, "This Worker does not exist on your account."),
  noService: () => new ApiError(404, 10_090, "This Worker does not exist on your account."),
  noVersion: () => new ApiError(404, 10_092, "The requested Worker version could not be found."),
  noNamespace: () => new ApiError(404, 10_013, "get namespace: 'namespace not found'"),
  noDatabase: (id: string) => new ApiError(404, 7_404, `The database ${id} could not be found`),
  noIndex: () => new ApiError(404, 3_000, "vectorize.index.not_found"),
  noGateway: () => new ApiError(404, 7_002, "Gateway not found"),
} as const;
