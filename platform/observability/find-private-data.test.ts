import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { findPrivateData, findSecrets } from "#observability/find-private-data";

const shown = (text: string): string[] =>
  findPrivateData(text).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);

const CASES: readonly (readonly [text: string, ...found: string[]])[] = [
  [
    "mail ada@example.co.uk, or jürgen.müller@büro.example.",
    "email: ada@example.co.uk",
    "email: jürgen.müller@büro.example",
  ],
  ["pay DE89 3704 0044 0532 0130 00 today", "iban: DE89 3704 0044 0532 0130 00"],
  ["GB82WEST12345698765432", "iban: GB82WEST12345698765432"],
  ["de89370400440532013000", "iban: de89370400440532013000"],
  ["card 4111 1111 1111 1111.", "card: 4111 1111 1111 1111"],
  ["Amex 378282246310005, ok", "card: 378282246310005"],
  ["4012-8888-8888-1881", "card: 4012-8888-8888-1881"],
  ["call +44 20 7946 0958 soon", "phone: +44 20 7946 0958"],
  ["0049 30 901820 or (030) 901 820-33", "phone: 0049 30 901820", "phone: (030) 901 820-33"],
  [
    "(555) 123-4567, 555-123-4567, 1-800-555-0199",
    "phone: (555) 123-4567",
    "phone: 555-123-4567",
    "phone: 1-800-555-0199",
  ],
  ["SSN 123-45-6789", "ssn: 123-45-6789"],
  ["from 192.168.100.200:80", "ip: 192.168.100.200"],
  ["key ak_acme_0123456789abcdefABCDEF end", "api-key: ak_acme_0123456789abcdefABCDEF"],
  ["Authorization: Bearer abcdefgh12345678abcd", "token: abcdefgh12345678abcd"],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"],
  ["sk-proj-abcdefghijklmnop1234", "secret: sk-proj-abcdefghijklmnop1234"],
  [
    "AKIAIOSFODNN7EXAMPLE and ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "secret: AKIAIOSFODNN7EXAMPLE",
    "secret: ghp_0123456789abcdefghijABCDEFGHIJ012345",
  ],
  [
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    "private-key: -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
  ],
];

const ORDINARY = [
  "In 2026 the 3 tenants ran 1500 requests at 12:30, version 1.2.3.",
  "On 2026-07-09 and 09.07.2026, 2026/07/09 10:15.",
  "It costs 1 234 567 890 euros, or 12.345.678.901 yen.",
  "Order 4111111111111112 has 16 digits that are no card's.",
  "Account DE00 3704 0044 0532 0130 00 is mistyped.",
  "Part number 123456789012, serial 555123456.",
  "1111 1111 1111 1111 is a placeholder.",
  "The task sk-1 and the risk-free rate.",
  "Build 10.15.7 of 1.2.3.4.5; 300.1.2.3 is no address.",
  "pi is 3.14159265358979, e is 2.718281828459045",
  "pages 100-120, 200-220, ISBN 978-3-16-148410-0",
  "Bearer of bad news",
];

describe("findPrivateData", () => {
  for (const [text, ...found] of CASES)
    it(`finds it in ${JSON.stringify(text).slice(0, 60)}`, () => assert.deepEqual(shown(text), found));

  for (const text of ORDINARY) it(`finds none in "${text}"`, () => assert.deepEqual(shown(text), []));
});

describe("findSecrets", () => {
  it("leaves people's data alone", () => assert.deepEqual(findSecrets("ada@example.com, +44 20 7946 0958"), []));
});
