import { PlatformError } from "#base/errors";

/** Turns the last key of a page into an opaque cursor of URL-safe characters. The key is ASCII. */
export function encodeCursor(lastKey: string): string {
  return btoa(lastKey).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Errors: `invalid_request` for text that is no cursor. */
export function decodeCursor(cursor: string): string {
  try {
    return atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch (cause) {
    // atob refuses what is not base64.
    throw new PlatformError("invalid_request", "The cursor is not one this API gave.", {
      details: [{ field: "cursor", message: "send nextCursor of the previous page as it was, or leave it out" }],
      cause,
    });
  }
}
