import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { TimePlotProps } from "./time-plot.js";
import { timeText } from "./time-text.js";
import { valueText } from "./value-text.js";

/** What a plot shows as a table, made when it is opened: steps in which anything is known, the latest first. */
export function PlotTable({
  title,
  times,
  series,
  format,
}: Pick<TimePlotProps, "title" | "times" | "series" | "format">): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const rows = times
    .map((time, step) => ({ time, values: series.map(({ values }) => values[step]) }))
    .filter(({ values }) => values.some((value) => value !== undefined))
    .reverse();
  return (
    <details
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
      }}
    >
      <summary>
        <small>As a table</small>
      </summary>
      {isOpen ? (
        <div class="scroll short" tabindex={0} role="region" aria-label={`${title} as a table`}>
          <table>
            <caption class="visually-hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">From</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ time, values }) => (
                <tr key={time}>
                  <th scope="row">{timeText(times, time)}</th>
                  {values.map((value, index) => (
                    <td key={index}>{valueText(value, format)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </details>
  );
}
