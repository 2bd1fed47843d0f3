import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { redact } from "#observability/redact";

const cases: readonly (readonly [text: string, redacted: string])[] = [
  ["key ak_acme_0123456789abcdefABCDEF end", "key [api-key] end"],
  ["Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [token]"],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "[token]"],
  ["mail ada@example.co.uk now", "mail [email] now"],
  ["card 4111 1111 1111 1111.", "card [card]."],
  ["pay DE89 3704 0044 0532 0130 00 today", "pay [iban] today"],
  ["call +44 20 7946 0958 soon", "call [phone] soon"],
];

describe("redact", () => {
  for (const [text, redacted] of cases) {
    it(`hides what is private in "${text.slice(0, 24)}…"`, () => {
      assert.equal(redact(text), redacted);
    });
  }

  it("leaves ordinary text and small numbers alone", () => {
    const text = "In 2026 the 3 tenants ran 1500 requests at 12:30, version 1.2.3.";
    assert.equal(redact(text), text);
  });

  it("gets to the end of a megabyte of hostile text", () => {
    for (const text of ["1 ".repeat(500_000), "a@".repeat(500_000), "+1 ".repeat(300_000)]) {
      assert.ok(redact(text).length > 0);
    }
  });
});
