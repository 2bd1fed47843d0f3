import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { plainPaint } from "#tools/command/paint";
import { formatFooter, formatSources, printable } from "#tools/tenant/chat/format-answer";

describe("formatSources", () => {
  it("lists each source once, by number, and marks what was not supported", () => {
    const citations = [
      { n: 2, docId: "b.md", verdict: "unsupported" as const },
      { n: 1, docId: "a.md", verdict: "supported" as const },
      { n: 1, docId: "a.md", verdict: "supported" as const },
      { n: 3, verdict: "unknown_source" as const },
    ];
    assert.deepEqual(formatSources(citations, plainPaint), [
      "  [1] a.md",
      "  [2] b.md (unsupported)",
      "  [3] unknown document (unknown source)",
    ]);
  });
});

describe("printable", () => {
  it("lets a model write text, not steer the terminal", () => {
    assert.equal(printable("Grüße\n\t\u001b[2Jok\u009b31m\r\u0007"), "Grüße\n\t[2Jok31m");
  });
});

describe("formatFooter", () => {
  it("says the model, the cost and the session", () => {
    const usage = { modelId: "m", tokensIn: 12, tokensOut: 3, totalTokens: 15, latencyMs: 81.4 };
    const answer = { sessionId: "s1", content: "", citations: [], modelId: "m", finishReason: "stop" };
    assert.equal(formatFooter({ ...answer, usage }), "m · 12 + 3 tokens · 81 ms · session s1");
    assert.equal(formatFooter({ ...answer, usage: undefined }), "m · session s1");
  });
});
