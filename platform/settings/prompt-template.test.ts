import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { checkPrompt, fillPrompt, MAX_PROMPT_CHARS, normalizePrompt } from "#settings/prompt-template";
import { tenantConfigSchema } from "#tenancy/tenant-config";

const config = tenantConfigSchema.parse({ tenantId: "acme", displayName: "Acme $& Co", accountId: "0".repeat(32) });

describe("a prompt's text", () => {
  it("is filled with what the config says, letter by letter", () => {
    const text = "For {{tenant}} ({{ tenantId }}).";
    assert.deepEqual(checkPrompt(text), []);
    assert.equal(fillPrompt(text, config), "For Acme $& Co (acme).");
  });

  it("is told the line of an unknown placeholder, and the known ones", () => {
    const [problem, ...more] = checkPrompt("One.\nFor {{tenat}}.");
    assert.deepEqual([problem?.line, problem?.rule, more], [2, "unknown placeholder {{tenat}}", []]);
    assert.match(problem?.remedy ?? "", /\{\{tenant\}\} \(the tenant's display name\)/);
  });

  it("has no placeholder that is only a property of every object", () => {
    for (const name of ["constructor", "__proto__", "toString", ""])
      assert.match(checkPrompt(`{{${name}}}`)[0]?.rule ?? "", /unknown placeholder/, name);
  });

  it("is refused when empty or too long", () => {
    assert.match(checkPrompt("  \n")[0]?.rule ?? "", /is empty/);
    assert.deepEqual(checkPrompt("x".repeat(MAX_PROMPT_CHARS)), []);
    assert.match(checkPrompt("x".repeat(MAX_PROMPT_CHARS + 1))[0]?.rule ?? "", /at most/);
  });

  it("is the same text, whichever editor wrote it", () => {
    assert.equal(normalizePrompt("One.\r\nTwo.\r\n\r\n"), normalizePrompt("\nOne.\nTwo."));
  });
});
