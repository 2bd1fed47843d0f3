import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";

import { drawnBars, drawnLines } from "./drawn-series.js";
import { PlotAxes } from "./plot-axes.js";
import { frameOf, HEIGHT } from "./plot-frame.js";
import { PlotSteps } from "./plot-steps.js";
import { PlotTable } from "./plot-table.js";
import { timeText } from "./time-text.js";
import { useWidth } from "./use-width.js";
import { valueText } from "./value-text.js";

/** Values over time, one for each step; none where nothing is known. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | undefined)[];
  /** What all steps come to, as text. */
  readonly total: string;
  /** It tells of something bad, and is drawn so. */
  readonly isBad?: boolean;
}

/** What a plot shows. */
export interface TimePlotProps {
  readonly title: string;
  /** For those who do not see it. */
  readonly description: string;
  /** `bars` are amounts and lie on each other; `lines` are levels. */
  readonly shape: "bars" | "lines";
  /** Starts of the steps, milliseconds since the epoch. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** Starts of steps in which something was unusual. */
  readonly unusual?: ReadonlySet<number>;
}

/**
 * A plot with the values of one step beside its names: of the one under the pointer or in focus, else of all of them.
 * One stop for the keyboard: arrows, Home and End go from step to step. Its height never changes.
 */
export function TimePlot(props: TimePlotProps): JSX.Element {
  const { title, description, shape, times, series, format, unusual = new Set() } = props;
  const id = useId();
  const [shown, setShown] = useState<number>();
  const [measured, width] = useWidth();
  const frame = frameOf(props, width);
  const draw = shape === "bars" ? drawnBars : drawnLines;
  const isEmpty = series.every(({ values }) => values.every((value) => value === undefined || value === 0));
  const time = shown === undefined ? undefined : times[shown];
  return (
    <figure class="plot card">
      <figcaption>
        <span>{title}</span> <small>{time === undefined ? "" : timeText(times, time)}</small>
      </figcaption>
      <ul class="legend">
        {series.map(({ name, values, total, isBad }, index) => (
          <li key={name} class={isBad === true ? "series bad" : `series s${index}`}>
            <svg viewBox="0 0 18 10" aria-hidden="true">
              {shape === "bars" ? <rect width={18} height={10} /> : <line x2={18} y1={5} y2={5} />}
            </svg>
            <span>{name}</span> <b>{shown === undefined ? total : valueText(values[shown], format)}</b>
          </li>
        ))}
      </ul>
      <div class="canvas" ref={measured}>
        <svg
          role="group"
          aria-roledescription="plot"
          aria-labelledby={`${id}t ${id}d`}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          onPointerMove={({ currentTarget, clientX }) => {
            const { left, width: shownWidth } = currentTarget.getBoundingClientRect();
            setShown(frame.stepAt(((clientX - left) / shownWidth) * width));
          }}
          onPointerLeave={() => {
            setShown(undefined);
          }}
        >
          <title id={`${id}t`}>{title}</title>
          <desc id={`${id}d`}>{description} Arrow keys go from step to step.</desc>
          <PlotAxes frame={frame} times={times} format={format} />
          {series.map((one, index) => (
            <g key={one.name} class={one.isBad === true ? "series bad" : `series s${index}`}>
              {draw(frame, series, index)}
            </g>
          ))}
          {times.map((start, index) =>
            unusual.has(start) ? (
              <path key={start} class="unusual" d={`M${frame.x(index + 0.5)} 12l-5 -9h10z`} />
            ) : null,
          )}
          <PlotSteps {...{ frame, times, series, format, unusual, shown }} onShow={setShown} />
        </svg>
        {isEmpty ? <p class="nothing">Nothing in this period</p> : null}
      </div>
      <PlotTable {...{ title, times, series, format }} />
    </figure>
  );
}
