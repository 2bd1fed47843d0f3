import type { JSX } from "preact";

/** A row: its length, and texts for the columns behind its name. */
export interface BarRow {
  readonly name: string;
  readonly value: number;
  readonly texts: readonly string[];
}

/** Amounts by name: a table whose rows have bars, the longest for the largest. */
export function BarTable({
  title,
  note,
  columns,
  rows,
}: {
  title: string;
  note?: string;
  columns: readonly string[];
  rows: readonly BarRow[];
}): JSX.Element {
  const largest = Math.max(...rows.map(({ value }) => value)) || 1;
  return (
    <div class="card">
      <div class="scroll" tabindex={0} role="region" aria-label={title}>
        <table class="bar-table">
          <caption>
            {title} <small>{note}</small>
          </caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, value, texts }) => (
              <tr key={name}>
                <th scope="row">
                  {name}
                  <svg class="bar-h" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                    <rect width={(100 * value) / largest} height={4} />
                  </svg>
                </th>
                {texts.map((text, index) => (
                  <td key={index}>{text}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 ? <p class="nothing-here">Nothing in this period</p> : null}
    </div>
  );
}
