import type { SchemaField } from "#tools/reference/describe-schema";

/** The fields of a schema as a table. */
export function fieldTable(title: string, fields: readonly SchemaField[]): string {
  return table(
    [title, "type", "", "rules"],
    fields.map(({ path, type, isRequired, rules }) => [`\`${path}\``, type, isRequired ? "required" : "", rules]),
  );
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return `${lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n")}\n`;
}
