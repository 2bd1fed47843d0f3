import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { traceIdOf } from "#observability/trace";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const traceId = (headers: Record<string, string>) => traceIdOf(new Headers(headers), () => "new");

describe("traceIdOf", () => {
  it("prefers the trace id of traceparent, then cf-ray, then x-request-id", () => {
    assert.equal(traceId({ traceparent, "cf-ray": "ray", "x-request-id": "id" }), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert.equal(traceId({ "cf-ray": "ray-LHR", "x-request-id": "id" }), "ray-LHR");
    assert.equal(traceId({ "x-request-id": "id.1_2-3" }), "id.1_2-3");
  });

  for (const bad of ["", "a b", "x".repeat(129), 'a"b', "ä"]) {
    it(`makes a new id instead of taking ${JSON.stringify(bad.slice(0, 10))}`, () => {
      assert.equal(traceId({ "x-request-id": bad }), "new");
    });
  }

  it("refuses a traceparent of zeros and of version ff", () => {
    assert.equal(traceId({ traceparent: `00-${"0".repeat(32)}-00f067aa0ba902b7-01` }), "new");
    assert.equal(traceId({ traceparent: traceparent.replace(/^00/, "ff") }), "new");
  });
});
