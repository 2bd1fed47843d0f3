import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { newLogId } from "./log-id.js";

describe("newLogId", () => {
  it("sorts by time and has the form of a ULID", () => {
    const random = (bytes: Uint8Array) => void bytes.fill(31);
    const ids = [1, 32, 1_700_000_000_000].map((nowMs) => newLogId(nowMs, random));
    assert.deepEqual([...ids].sort(), ids);
    assert.ok(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)));
  });
});
