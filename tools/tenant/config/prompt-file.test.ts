import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parsePromptFile } from "#tools/tenant/config/prompt-file";

const file = "tenants/acme/prompts/system.md";

function problemsOf(name: string, text: string): string {
  const result = parsePromptFile(name, text);
  assert.ok(!result.ok, "the prompt was accepted");
  return result.problems.join("\n");
}

describe("parsePromptFile", () => {
  it("keeps the placeholders: they are filled when the prompt is used", () => {
    assert.deepEqual(parsePromptFile(file, "For {{tenant}}.\r\n"), {
      ok: true,
      name: "system",
      text: "For {{tenant}}.",
    });
  });

  it("names file and line of what is wrong", () => {
    assert.match(
      problemsOf(file, "\nOne.\nFor {{tenat}}."),
      /system\.md:3: unknown placeholder \{\{tenat\}\}\n {2}remedy: /,
    );
    assert.match(problemsOf(file, "  \n"), /system\.md: the prompt is empty\n {2}remedy: write it/);
  });

  it("refuses a file that no code would read, and says which would be", () => {
    assert.match(
      problemsOf("prompts/sytem.md", "x"),
      /no prompt is called so\n {2}remedy: rename the file: system\.md/,
    );
    assert.match(problemsOf("prompts/system.txt", "x"), /no prompt is called so/);
  });
});
