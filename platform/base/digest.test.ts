import assert from "node:assert/strict";
import { it } from "node:test";

import { sha256Hex } from "#base/digest";

it("gives the digest of FIPS 180-4's example", async () => {
  assert.equal(await sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

it("hashes UTF-8 bytes, not code units", async () => {
  assert.notEqual(await sha256Hex("é"), await sha256Hex("e\u0301"));
});
