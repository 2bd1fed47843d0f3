import { toolSpellings } from "#llm-tools/tool-spellings";

/** What a new tool is. */
export interface NewTool {
  /** `count_words` */
  readonly name: string;
  readonly description: string;
  readonly effect: "reads" | "writes";
  readonly scopes: readonly string[];
  readonly returnsStoredText: boolean;
}

/** The tool: it works, and what it does is the one line to replace. */
export function toolText({ name, description, effect, scopes, returnsStoredText }: NewTool): string {
  return `import * as z from "#base/zod";

import { nonBlankText } from "#llm-tools/input-texts";
import { defineTool } from "#llm-tools/tool";

export const ${toolSpellings(name).constant} = defineTool({
  name: ${JSON.stringify(name)},
  description: ${JSON.stringify(description)},
  input: z.strictObject({ text: nonBlankText(50_000).check(z.describe("The text.")) }),
  output: z.object({ text: z.string() }),
  effect: ${JSON.stringify(effect)},
  scopes: ${JSON.stringify(scopes)},
  timeoutMs: 5_000,
  returnsStoredText: ${returnsStoredText},
  // Gives the text back. What it may use is in the third argument: services, signal, report.
  run: (_tenantId, { text }) => ({ text: text.trim() }),
});
`;
}

export function toolTestText({ name }: NewTool): string {
  const { file, constant } = toolSpellings(name);
  return `import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ${constant} } from "#llm-tools/builtin/${file}";
import { runTool } from "#llm-tools/run-tool";
import { acme, callOf, probeHost } from "#llm-tools/testing/probe-host";

describe(${JSON.stringify(name)}, () => {
  const run = (given: object) => runTool(acme, probeHost([${constant}]), callOf(${JSON.stringify(name)}, given));

  it("gives its result", async () => {
    const { result } = await run({ text: " one two " });
    assert.deepEqual(result, { text: "one two" });
  });

  it("refuses arguments that it does not know, and such as it cannot use", async () => {
    for (const given of [{}, { text: " " }, { text: "one", more: true }]) {
      await assert.rejects(run(given), { code: "invalid_request" });
    }
  });
});
`;
}
