import { PlatformError } from "#base/errors";

/** One to 255 visible ASCII characters: what every client, proxy and log can carry. */
const KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;

/**
 * Checks the value of an `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header-07, section 2.1; like most
 * services that know the header, the value is taken as it is, quotes and all).
 * @throws PlatformError `invalid_request`.
 */
export function parseIdempotencyKey(text: string): string {
  if (KEY_PATTERN.test(text)) return text;
  throw new PlatformError("invalid_request", "Idempotency-Key must be 1 to 255 visible ASCII characters.", {
    details: [{ field: "header idempotency-key", message: "must be 1 to 255 visible ASCII characters" }],
  });
}
