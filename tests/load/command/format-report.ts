import type { Paint } from "#tools/command/paint";
import { isMet, type Scenario, type ScenarioResult, type Target } from "#tests/load/scenario";

/** A scenario's figures as a table for people, also where it is pasted into Markdown. */
export function formatResult(
  { name, about }: Pick<Scenario, "name" | "about">,
  { columns, rows, targets }: ScenarioResult,
  paint: Paint,
): string {
  const table = [["", ...columns], ...rows.map(({ subject, cells }) => [subject, ...cells.map(formatFigure)])];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map(
    (row) => `| ${row.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(" | ")} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width, column) => rule(width, column)).join(" | ")} |`);
  return [
    `${paint("bold", name)}: ${about}`,
    "",
    ...lines,
    ...(targets.length === 0 ? [] : [""]),
    ...targets.map((target) => formatTarget(target, paint)),
    "",
  ].join("\n");
}

/** A promise and whether it is kept, in a line. */
export function formatTarget(target: Target, paint: Paint): string {
  const { what, value, unit, atMost, atLeast } = target;
  const promise = atMost === undefined ? `at least ${atLeast ?? ""}` : `at most ${atMost}`;
  const verdict = isMet(target) ? paint("green", "kept  ") : paint("red", "missed");
  return `${verdict} ${what}: ${formatFigure(value)} ${unit} (${promise})`;
}

/** Three digits that count, of a whole number all; `–` for what was not measured. */
export function formatFigure(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? String(Math.round(value)) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function rule(width: number, column: number): string {
  return column === 0 ? "-".repeat(width) : `${"-".repeat(Math.max(0, width - 1))}:`;
}
