import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { PlatformError } from "#base/errors";
import { parseIdempotencyKey } from "#idempotency/idempotency-key";

describe("parseIdempotencyKey", () => {
  it("takes visible ASCII as it is", () => {
    for (const key of ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", '"quoted"', "!~", "k".repeat(255)])
      assert.equal(parseIdempotencyKey(key), key);
  });

  it("refuses an empty key, one that is too long, and what is not visible ASCII", () => {
    for (const key of ["", "k".repeat(256), "a b", "a\tb", "schlüssel", "\u007f"])
      assert.throws(
        () => parseIdempotencyKey(key),
        (error) => error instanceof PlatformError && error.code === "invalid_request",
        JSON.stringify(key),
      );
  });
});
