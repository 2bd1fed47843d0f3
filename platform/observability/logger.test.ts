import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createLogger, describeThrown } from "#observability/logger";

describe("logger", () => {
  it("writes one JSON line with the inherited fields", () => {
    const lines: string[] = [];
    createLogger("info", (line) => lines.push(line))
      .with({ tenantId: "acme", traceId: "t1" })
      .log("info", "request", { status: 200 });
    assert.equal(lines.length, 1);
    const { at, ...line } = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    assert.ok(typeof at === "string" && !Number.isNaN(Date.parse(at)));
    assert.deepEqual(line, { level: "info", event: "request", tenantId: "acme", traceId: "t1", status: 200 });
  });

  it("drops what is below its level", () => {
    const lines: string[] = [];
    createLogger("warn", (line) => lines.push(line)).log("info", "request");
    assert.deepEqual(lines, []);
  });

  it("redacts the text of an error", () => {
    const lines: string[] = [];
    createLogger("info", (line) => lines.push(line)).log("error", "request_failed", { error: "for ada@example.com" });
    assert.ok(!lines.join("").includes("ada@example.com"));
  });

  it("describes the chain of causes", () => {
    assert.equal(
      describeThrown(new Error("outer", { cause: new TypeError("inner") })),
      "Error: outer ← TypeError: inner",
    );
    assert.equal(describeThrown("text"), '"text"');
  });
});
