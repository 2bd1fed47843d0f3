import { describeTool } from "#llm-tools/list-tools";
import type { Tool } from "#llm-tools/tool";
import { describeSchema } from "#tools/reference/describe-schema";
import { fieldTable, table } from "#tools/reference/markdown-table";

const HEAD = `# Tools

What each built-in tool takes and gives, made from the schemas that check it: \`tools/bazel run //docs/reference:tools.update\` writes this page. A caller sees the same as JSON
Schema, by \`GET /tools\` and MCP's \`tools/list\`. How they are run, bounded and recorded: [../architecture/tools.md](../architecture/tools.md). A new one:
[../guides/add-a-tool.md](../guides/add-a-tool.md).

Objects take no other fields than these. Arguments that break a rule are refused with \`invalid_request\`, which names each of them.
`;

/** The page of all tools, as Markdown. Pure. */
export function toolsPage(tools: ReadonlyMap<string, Tool>): string {
  return [HEAD, ...[...tools.values()].map(toolSection)].join("\n");
}

function toolSection(tool: Tool): string {
  const { name, description, scopes, timeoutMs, inputSchema, outputSchema } = describeTool(tool);
  const facts = table(
    ["", ""],
    [
      ["changes anything", tool.effect === "writes" ? "yes: a model's call waits for a person" : "no"],
      ["scopes", scopes.map((scope) => `\`${scope}\``).join(" and ")],
      ["most time", `${timeoutMs / 1_000} s`],
      ["result holds stored text", tool.returnsStoredText ? "yes: what a model asks for afterwards is marked" : "no"],
    ],
  );
  return [
    `## ${name}\n`,
    `${description}\n`,
    facts,
    fieldTable("argument", describeSchema(inputSchema)),
    fieldTable("result", describeSchema(outputSchema)),
  ].join("\n");
}
