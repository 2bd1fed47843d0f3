import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { canonicalJson } from "#base/canonical-json";

describe("canonicalJson", () => {
  it("gives the example of RFC 8785, section 3.2.3", () => {
    const value: unknown = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    assert.equal(
      canonicalJson(value),
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts by UTF-16 code units, at every level", () => {
    const value: unknown = JSON.parse('{"\\ufb33":1,"\\ud83d\\ude00":2,"\\u20ac":3,"1":{"b":1,"a":2},"\\r":5}');
    assert.equal(canonicalJson(value), '{"\\r":5,"1":{"a":2,"b":1},"€":3,"😀":2,"\ufb33":1}');
  });

  it("writes what JSON.stringify leaves out or makes null as it does", () => {
    assert.equal(canonicalJson({ gone: undefined, list: [undefined], not: NaN }), '{"list":[null],"not":null}');
    assert.equal(canonicalJson(undefined), "null");
  });
});
