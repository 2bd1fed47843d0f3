import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ERROR_CODES, PlatformError, toPlatformError } from "#base/errors";

describe("errors", () => {
  it("takes status and retryability from the table", () => {
    const error = new PlatformError("rate_limited");
    assert.equal(error.status, 429);
    assert.equal(error.retryable, true);
    assert.equal(error.message, ERROR_CODES.rate_limited.title);
  });

  it("keeps the text of a foreign error private", () => {
    const foreign = new TypeError("password=hunter2");
    const error = toPlatformError(foreign);
    assert.equal(error.code, "internal");
    assert.ok(!error.message.includes("hunter2"));
    assert.equal(error.cause, foreign);
  });

  it("returns a platform error unchanged", () => {
    const error = new PlatformError("not_found");
    assert.equal(toPlatformError(error), error);
  });

  it("gives every code a 4xx or 5xx status", () => {
    for (const [code, kind] of Object.entries(ERROR_CODES)) {
      assert.ok(kind.status >= 400 && kind.status < 600, code);
    }
  });
});
