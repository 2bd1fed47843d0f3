import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { tenantConfigSchema } from "#tenancy/tenant-config";
import { MAX_PROMPT_CHARS, renderPrompt } from "#tools/tenant/config/prompt-template";

const config = tenantConfigSchema.parse({ tenantId: "acme", displayName: "Acme $& Co", accountId: "0".repeat(32) });
const file = "tenants/acme/prompts/system.md";

function problemsOf(name: string, text: string): string {
  const result = renderPrompt(name, text, config);
  assert.ok(!result.ok, "the prompt was accepted");
  return result.problems.join("\n");
}

describe("renderPrompt", () => {
  it("fills placeholders with what the config says, letter by letter", () => {
    assert.deepEqual(renderPrompt(file, "For {{tenant}} ({{ tenantId }}).\n", config), {
      ok: true,
      name: "system",
      text: "For Acme $& Co (acme).",
    });
  });

  it("names file and line of an unknown placeholder and lists the known ones", () => {
    const problems = problemsOf(file, "One.\nFor {{tenat}}.");
    assert.match(problems, /system\.md:2: unknown placeholder \{\{tenat\}\}/);
    assert.match(problems, /\{\{tenant\}\} {2}the tenant's display name/);
  });

  it("knows no placeholder that is only a property of every object", () => {
    assert.match(problemsOf(file, "{{constructor}}"), /unknown placeholder/);
  });

  it("refuses an empty prompt, a long one, and a file name that is no prompt's", () => {
    assert.match(problemsOf(file, "  \n"), /is empty/);
    assert.match(problemsOf(file, "x".repeat(MAX_PROMPT_CHARS + 1)), /at most/);
    assert.match(problemsOf("prompts/System Prompt.md", "x"), /rename the file/);
  });
});
