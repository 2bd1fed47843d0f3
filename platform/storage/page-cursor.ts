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
    throw foreignCursor(cause);
  }
}

/** A cursor of a list that goes back in time. The id is ASCII. */
export function encodeTimeCursor(lastMs: number, lastId: string): string {
  return encodeCursor(`${lastMs} ${lastId}`);
}

/** Where to go on: before this time, or at it before this id. Without a cursor: from the latest. Errors: `invalid_request`. */
export function decodeTimeCursor(cursor: string | undefined): readonly [beforeMs: number, beforeId: string] {
  if (cursor === undefined) return [Number.MAX_SAFE_INTEGER, ""];
  const [, ms, id] = /^(\d{1,15}) ([A-Za-z0-9._-]{1,128})$/.exec(decodeCursor(cursor)) ?? [];
  if (ms !== undefined && id !== undefined) return [Number(ms), id];
  throw foreignCursor();
}

/** The refusal of a cursor that no page gave. */
export function foreignCursor(cause?: unknown): PlatformError {
  return new PlatformError("invalid_request", "The cursor is not one this API gave.", {
    details: [{ field: "cursor", message: "send nextCursor of the previous page as it was, or leave it out" }],
    cause,
  });
}
