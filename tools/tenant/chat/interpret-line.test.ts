import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { interpretLine } from "#tools/tenant/chat/interpret-line";

describe("interpretLine", () => {
  it("says what is no command", () => {
    assert.deepEqual(interpretLine("  What is /new?  "), { kind: "say", message: "What is /new?" });
  });

  it("knows its commands, and explains itself at an unknown one", () => {
    const kinds = ["/new", " /quit ", "/exit", "/sources", "/help", "/quti", "", "  "].map(
      (line) => interpretLine(line).kind,
    );
    assert.deepEqual(kinds, ["new", "quit", "quit", "sources", "help", "help", "nothing", "nothing"]);
  });
});
