import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { PlotFrame } from "./plot-frame.js";
import type { TimePlotProps } from "./time-plot.js";
import { timeText } from "./time-text.js";
import { valueText } from "./value-text.js";

/** The steps of a plot as what can have the focus, each with its values as its name. One of them is in the order of Tab. */
export function PlotSteps({
  frame,
  times,
  series,
  format,
  unusual = new Set(),
  shown,
  onShow,
}: Pick<TimePlotProps, "times" | "series" | "format" | "unusual"> & {
  frame: PlotFrame;
  shown: number | undefined;
  onShow: (step: number | undefined) => void;
}): JSX.Element {
  const [entry, setEntry] = useState<number>();
  const last = times.length - 1;
  const stop = Math.min(entry ?? last, last);
  const nameOf = (time: number, step: number): string =>
    [
      timeText(times, time),
      ...series.map(({ name, values }) => `${name} ${valueText(values[step], format)}`),
      ...(unusual.has(time) ? ["unusual"] : []),
    ].join(", ");
  return (
    <g
      onKeyDown={(event) => {
        const target = targetOf(event.key, stop, last);
        if (target === undefined) return;
        event.preventDefault();
        setEntry(target);
        const next = event.currentTarget.children[target];
        if (next instanceof SVGElement) next.focus();
      }}
    >
      {times.map((time, step) => (
        <rect
          key={time}
          class={step === shown ? "step shown" : "step"}
          role="img"
          aria-label={nameOf(time, step)}
          tabindex={step === stop ? 0 : -1}
          x={frame.x(step)}
          y={frame.top}
          width={frame.x(1) - frame.x(0)}
          height={frame.bottom - frame.top}
          onFocus={() => {
            setEntry(step);
            onShow(step);
          }}
          onBlur={() => {
            onShow(undefined);
          }}
        />
      ))}
    </g>
  );
}

/** Where a key leads to, if anywhere. */
function targetOf(key: string, from: number, last: number): number | undefined {
  const target = new Map([
    ["ArrowLeft", from - 1],
    ["ArrowRight", from + 1],
    ["Home", 0],
    ["End", last],
  ]).get(key);
  return target === undefined ? undefined : Math.min(last, Math.max(0, target));
}
