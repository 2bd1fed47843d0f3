import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decodeFrames, encodeFrame, OPCODES } from "./websocket-frames.js";

describe("websocket frames", () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    it(`carry ${length} bytes there and back`, () => {
      const payload = Buffer.alloc(length, 7);
      const { frames, rest } = decodeFrames(Buffer.concat([encodeFrame(OPCODES.text, payload), Buffer.from([0x81])]));
      assert.deepEqual(
        frames.map(({ opcode }) => opcode),
        [OPCODES.text],
      );
      assert.ok(frames[0]?.payload.equals(payload));
      assert.equal(rest.length, 1);
    });
  }

  it("are unmasked when the client masks them", () => {
    const masked = Buffer.from([0x81, 0x80 | 2, 1, 2, 3, 4, 0x68 ^ 1, 0x69 ^ 2]);
    assert.equal(decodeFrames(masked).frames[0]?.payload.toString(), "hi");
  });
});
