import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { blankDocumentation } from "./blank-documentation.js";

const DESCRIBE = 'function Xd(t){let e=new ye({check:"describe"});return e}var v=Xd,';

describe("blankDocumentation", () => {
  it("takes the texts of a route's spec, and leaves what decides", () => {
    const spec =
      '{method:"GET",path:"/a",operationId:"getA",summary:"It\'s \\"A\\", and more",tag:"a",access:"public"}';
    const blanked = blankDocumentation(spec);
    assert.equal(blanked.replace(/ +/g, ""), '{method:"GET",path:"/a",access:"public"}');
    assert.equal(blanked.length, spec.length);
  });

  it("takes the last fields of a spec too, and texts that stand in backticks", () => {
    const blanked = blankDocumentation('{...a,operationId:"getA",summary:`Say "a"`}');
    assert.equal(blanked.replace(/ +/g, ""), "{...a,}");
  });

  it("takes descriptions of schemas, whatever zod's function is called", () => {
    const code = `${DESCRIBE}a=s().check(v("one")),b=s().check(Xd("two")),c=s().check(m("three")),d=s().check(v("x"),n());`;
    const blanked = blankDocumentation(code);
    assert.equal(
      blanked.replace(/ {2,}/g, ""),
      `${DESCRIBE}a=s(),b=s(),c=s().check(m("three")),d=s().check(v("x"),n());`,
    );
    assert.equal(blanked.length, code.length);
  });

  it("finds them between blanks too, and where names have a dollar sign", () => {
    const pretty = 'function $d(t) {\n  let e = new $e({ check: "describe" });\n  return e;\n}\nvar v$ = $d;\n';
    const blanked = blankDocumentation(
      `${pretty}a = s().check(v$("one")), b = s().check($d("two")), c = {operationId: "a", summary: "b",access: 1};`,
    );
    assert.equal(blanked.replace(/ {3,}/g, ""), `${pretty}a = s(), b = s(), c = {access: 1};`);
  });

  it("leaves texts that only look alike, and lines where they were", () => {
    const code = 'f({summary:"kept",operationId:"kept"});`operationId:${x},summary:${y}`';
    assert.equal(blankDocumentation(code), code);
    assert.equal(blankDocumentation('{operationId:"a",summary:`one\ntwo`}').split("\n").length, 2);
  });
});
