import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

/** A tool that globex has not enabled, by its description. */
const NOT_ENABLED = "Stores documents of the tenant";

/** What is a tenant's own: its id and name, hosts, and a sentence of its prompt. */
const TENANTS = [
  { variable: "ACME_BUNDLE", own: ["acme", "Acme"], foreign: /globex|internal knowledge assistant/i },
  {
    variable: "GLOBEX_BUNDLE",
    own: ["globex", "Globex Corporation"],
    foreign: /[`"']acme[`"']|Acme|ai\.(?:staging\.)?acme/,
  },
] as const;

/** Of no tenant: what only an account has. */
const SECRETS = /\bak_[a-z][a-z0-9-]*_[A-Za-z0-9_-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY|\bBearer [A-Za-z0-9_-]{20,}/;

describe("the bytes of a tenant's bundle", () => {
  for (const { variable, own, foreign } of TENANTS) {
    const text = readFileSync(process.env[variable] ?? "", "utf8");
    it(`${variable}: hold the tenant itself`, () => {
      for (const word of own) assert.ok(text.includes(word), word);
    });
    it(`${variable}: hold nothing of another tenant: id, name, host, prompt`, () => {
      const found = foreign.exec(text);
      assert.equal(found, null, text.slice(Math.max(0, (found?.index ?? 0) - 80), (found?.index ?? 0) + 80));
    });
    it(`${variable}: hold the tools that the tenant has enabled, and no other`, () => {
      assert.equal(text.includes(NOT_ENABLED), variable === "ACME_BUNDLE");
    });
    it(`${variable}: hold no secret`, () => {
      assert.equal(SECRETS.exec(text), null);
    });
  }
});
