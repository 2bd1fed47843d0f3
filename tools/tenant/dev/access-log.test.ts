import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { plainPaint, type Paint } from "#tools/command/paint";
import { formatLogLine } from "#tools/tenant/dev/access-log";

const line = (fields: object) =>
  formatLogLine(JSON.stringify({ level: "info", event: "request", at: "2026-01-01T00:00:00Z", ...fields }), plainPaint);

describe("formatLogLine", () => {
  it("puts a request into one aligned line", () => {
    assert.equal(
      line({ method: "POST", route: "/chat", status: 200, latencyMs: 41.6 }),
      "200 POST   /chat                           42 ms",
    );
    assert.equal(
      line({ method: "GET", route: "/health", status: 200, latencyMs: 3 }),
      "200 GET    /health                          3 ms",
    );
  });

  it("says why a request was refused, and the trace of a failure", () => {
    assert.match(
      line({ method: "GET", route: "(none)", status: 404, latencyMs: 1, code: "not_found" }),
      /1 ms not_found$/,
    );
    assert.match(
      line({ method: "POST", route: "/chat", status: 500, latencyMs: 1, code: "internal", traceId: "t1" }),
      /internal trace t1$/,
    );
  });

  it("colours by outcome", () => {
    const colours: string[] = [];
    const paint: Paint = (colour, text) => {
      colours.push(colour);
      return text;
    };
    for (const status of [204, 404, 503])
      formatLogLine(JSON.stringify({ level: "info", event: "request", method: "GET", status }), paint);
    assert.deepEqual(
      colours.filter((colour) => colour !== "dim"),
      ["green", "yellow", "red"],
    );
  });

  it("shows other lines with their reason", () => {
    assert.equal(
      line({ level: "error", event: "turn_failed", error: "TypeError: no" }),
      "error turn_failed: TypeError: no",
    );
  });

  for (const text of ["plain text", "{ not json", '{"a":1}', ""]) {
    it(`leaves ${JSON.stringify(text)} as it is`, () => {
      assert.equal(formatLogLine(text, plainPaint), text);
    });
  }
});
