import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { StopSequences } from "#ai-gateway/stop-sequences";

function cutAtStop(text: string, sequences: readonly string[]): string {
  for (let end = 0; end <= text.length; end++) {
    const ending = sequences.filter((sequence) => sequence !== "" && text.slice(0, end).endsWith(sequence));
    if (ending.length > 0) return text.slice(0, end - Math.max(...ending.map(({ length }) => length)));
  }
  return text;
}

describe("StopSequences", () => {
  it("cuts a text before the sequence that is complete first, for any pieces", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 5 });
    const property = fc.property(
      fc.array(text, { maxLength: 8 }),
      fc.array(text, { maxLength: 3 }),
      (pieces, sequences) => {
        const stop = new StopSequences(sequences);
        let out = "";
        for (const piece of pieces) {
          out += stop.push(piece);
          if (stop.isStopped) break;
        }
        out += stop.flush();
        assert.equal(out, cutAtStop(pieces.join(""), sequences));
      },
    );
    fc.assert(property, { numRuns: 1_000 });
  });

  it("holds nothing back that cannot become a sequence", () => {
    const stop = new StopSequences(["\n\nUser:"]);
    assert.equal(stop.push("hello"), "hello");
    assert.equal(stop.push(" you\n"), " you");
    assert.equal(stop.push("there"), "\nthere");
  });
});
