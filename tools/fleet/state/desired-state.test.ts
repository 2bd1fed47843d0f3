import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { makeBuild } from "../testing/plan-fixtures.js";
import { parseRenderedConfig } from "./desired-state.js";

describe("parseRenderedConfig", () => {
  it("knows every key of a tenant's configuration", () => {
    const { state } = makeBuild();
    assert.deepEqual(
      state.bindings.map(({ name }) => name),
      [
        "AI",
        "ANALYTICS",
        "ASSETS",
        "CHAT_SESSIONS",
        "DB",
        "ENVIRONMENT",
        "IDEMPOTENCY",
        "INGEST_JOBS",
        "KV",
        "METRICS",
        "QUOTAS",
        "VECTORS",
        "VERSION",
      ],
    );
  });

  it("refuses a key that drift could not compare", () => {
    const { rendered } = makeBuild();
    assert.throws(
      () => parseRenderedConfig({ ...rendered, browser: { binding: "BROWSER" } }, "wrangler.jsonc"),
      /cannot check/,
    );
  });
});
