import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseTenantConfigText } from "#tools/tenant/config/read-tenant-config";

const file = "tenants/acme/tenant.config.json";
const identity = '"tenantId": "acme", "displayName": "Acme", "accountId": "0123456789abcdef0123456789abcdef"';

function reportOf(text: string, expectedId?: string): string {
  const result = parseTenantConfigText(file, text, expectedId);
  assert.ok(!result.ok, "the config was accepted");
  return result.report;
}

describe("parseTenantConfigText", () => {
  it("accepts comments and trailing commas", () => {
    const result = parseTenantConfigText(file, `{ // who\n ${identity}, /* more */ }`, "acme");
    assert.ok(result.ok);
    assert.equal(result.config.displayName, "Acme");
  });

  it("points at line and column of a syntax error", () => {
    const report = reportOf(`{\n  "tenantId": "acme"\n  "displayName": "Acme"\n}`);
    assert.match(
      report,
      /^tenants\/acme\/tenant\.config\.json:3:3: not valid JSON: comma expected\n {4}"displayName": "Acme"\n {4}\^/,
    );
  });

  it("names the line of a field that breaks a rule", () => {
    assert.match(
      reportOf(`{\n${identity},\n"search": {\n"topK": "five" } }`),
      /search\.topK \(line 4\)\n {4}rule: .*\n {4}remedy: /,
    );
  });

  it("names the line of an unknown key", () => {
    assert.match(reportOf(`{\n${identity},\n"serach": {} }`), /serach \(line 3\)[^]*did you mean "search"/);
  });

  it("refuses an id that is not the folder's name, and says both ways out", () => {
    const report = reportOf(`{ ${identity} }`, "globex");
    assert.match(report, /tenantId \(line 1\)/);
    assert.match(report, /"tenantId": "globex".*rename the folder.*"acme"/);
  });

  it("refuses a key that is there twice", () => {
    assert.match(
      reportOf(`{ ${identity},\n "search": { "topK": 1, "topK": 2 } }`),
      /search\.topK \(line 2\)\n {4}rule: {3}the key is there twice/,
    );
  });

  it("refuses __proto__, which would vanish from the parsed value", () => {
    assert.match(
      reportOf(`{ ${identity}, "__proto__": { "enabled": false } }`),
      /__proto__ \(line 1\)\n {4}rule: {3}unknown key/,
    );
  });

  it("says that an empty file is empty", () => {
    assert.match(reportOf(" \n"), /the file is empty/);
  });

  for (const text of ["null", "[]", '"text"', "7"]) {
    it(`refuses ${text}`, () => {
      assert.match(reportOf(text), /not a valid tenant config/);
    });
  }

  it("names a tool that is not there, and one that a model gets without the tenant having it", () => {
    const config = (tools: string) => `{\n${identity},\n"tools": ${tools} }`;
    assert.match(
      reportOf(config('{ "enabled": ["summarize", "sumarize"] }')),
      /tools\.enabled\.1 \(line 3\)\n {4}rule: .*no tool "sumarize"\n {4}remedy: .*classify_intent/,
    );
    assert.match(
      reportOf(config('{ "model": { "default": ["ingest_docs"] } }')),
      /tools\.model\.default\.0.*\n.*writes/,
    );
    assert.match(reportOf(config('{ "enabled": [], "model": { "default": ["kv_get"] } }')), /not in tools\.enabled/);
    assert.ok(parseTenantConfigText(file, config('{ "model": { "default": ["kv_get"] } }')).ok);
  });
});
