import type { JSX } from "preact";

import type { PlotFrame } from "./plot-frame.js";
import { labelledSteps } from "./scale.js";
import { axisTimeText } from "./time-text.js";

/** Least pixels between the labels of two times. */
const LABEL_WIDTH = 52;

/** Lines and labels of values and times. Their numbers are told by the steps: readers of screens skip them. */
export function PlotAxes({
  frame,
  times,
  format,
}: {
  frame: PlotFrame;
  times: readonly number[];
  format: (value: number) => string;
}): JSX.Element {
  const { left, right, bottom, ticks, x, y } = frame;
  return (
    <g class="axes" aria-hidden="true">
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={right} y1={y(tick)} y2={y(tick)} />
          <text x={left - 6} y={y(tick)} dy="0.32em" text-anchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {roomy(labelledSteps(times), frame).map((step) => (
        <text key={step} x={x(step + 0.5)} y={bottom + 17} text-anchor="middle">
          {axisTimeText(times, times[step] ?? 0)}
        </text>
      ))}
    </g>
  );
}

/** Those labels that lie within the plot and do not touch each other. */
function roomy(steps: readonly number[], { x, left, right }: PlotFrame): number[] {
  let last = left - LABEL_WIDTH / 2;
  return steps.filter((step) => {
    const at = x(step + 0.5);
    if (at - last < LABEL_WIDTH || at > right - LABEL_WIDTH / 3) return false;
    last = at;
    return true;
  });
}
