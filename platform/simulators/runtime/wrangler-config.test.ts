import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { durableObjectClasses } from "./wrangler-config.js";

describe("durableObjectClasses", () => {
  it("follows the migrations in their order", () => {
    const classes = durableObjectClasses({
      name: "w",
      compatibility_date: "2026-10-01",
      migrations: [
        { tag: "v1", new_sqlite_classes: ["A", "B"], new_classes: ["C"] },
        { tag: "v2", renamed_classes: [{ from: "A", to: "D" }], deleted_classes: ["B"] },
      ],
    });
    assert.deepEqual(Object.fromEntries(classes), { C: "legacy-kv", D: "sqlite" });
  });
});
