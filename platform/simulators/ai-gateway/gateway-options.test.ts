import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseGatewayOptions } from "./gateway-options.js";

describe("parseGatewayOptions", () => {
  it("saves the first five metadata entries and ignores the others", () => {
    const { metadata } = parseGatewayOptions(
      { id: "g", metadata: { a: 1, b: "2", c: true, d: 4, e: 5, f: 6 } },
      undefined,
    );
    assert.deepEqual(metadata, { a: 1, b: "2", c: true, d: 4, e: 5 });
  });

  it("refuses objects as metadata values", () => {
    assert.throws(
      () => parseGatewayOptions({ id: "g", metadata: { a: {} } }, undefined),
      /must be a string, number or boolean/,
    );
  });

  it("refuses a gateway that does not exist, when the existing ones are known", () => {
    assert.throws(() => parseGatewayOptions({ id: "x" }, ["g"]), { internalCode: 2_001, status: 404 });
    assert.equal(parseGatewayOptions({ id: "default" }, ["g"]).id, "default");
    assert.equal(parseGatewayOptions({ id: "x" }, undefined).id, "x");
  });

  it("does not cache without a lifetime, nor when the caller skips the cache", () => {
    assert.equal(parseGatewayOptions({ id: "g" }, undefined).cacheTtlSeconds, 0);
    assert.equal(parseGatewayOptions({ id: "g", cacheTtl: 60, skipCache: true }, undefined).cacheTtlSeconds, 0);
    assert.throws(() => parseGatewayOptions({ id: "g", cacheTtl: -1 }, undefined), /cacheTtl/);
  });
});
