import { PlatformError } from "#base/errors";

/**
 * How an attempt failed, which decides what happens next.
 * `unavailable`, `timeout`: another model may do. `rejected`: no model will take this request.
 * `refused`: the account or gateway is not set up for it, so asking on would only repeat the refusal.
 */
export type FailureKind = "unavailable" | "timeout" | "rejected" | "refused";

/** A failed attempt at a model. Its message is private: it may quote the provider. */
export class ModelFailure extends Error {
  override readonly name = "ModelFailure";

  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly details: {
      readonly httpStatus?: number;
      /** When the provider wants to be asked again. */
      readonly retryAfterMs?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
  }
}

/** What an HTTP status of the provider or the gateway means (developers.cloudflare.com/workers-ai/platform/errors). */
export function kindOfStatus(status: number): FailureKind {
  if (status === 408) return "timeout";
  if (status === 429 || status >= 500) return "unavailable";
  // 404: there is no such gateway.
  if (status === 401 || status === 403 || status === 404) return "refused";
  return "rejected";
}

/** Reads a refusal. The provider's text is cut: it is for the operator's log only. */
export async function failureOfResponse(response: Response): Promise<ModelFailure> {
  const { status, headers } = response;
  const text = await response.text().catch(() => "");
  const retryAfterSeconds = Number(headers.get("retry-after") ?? "");
  return new ModelFailure(kindOfStatus(status), `HTTP ${status}: ${text.slice(0, 200)}`, {
    httpStatus: status,
    ...(retryAfterSeconds > 0 ? { retryAfterMs: retryAfterSeconds * 1_000 } : {}),
  });
}

/** Anything that an attempt threw: what is no `ModelFailure` came from the network. */
export function toModelFailure(thrown: unknown): ModelFailure {
  if (thrown instanceof ModelFailure) return thrown;
  return new ModelFailure("unavailable", "the call did not reach the provider", { cause: thrown });
}

/** The error of an answer that ended in its middle. */
export function brokenAnswer(cause: unknown): PlatformError {
  return new PlatformError("model_unavailable", "The model's answer broke off. Try again.", { cause });
}
