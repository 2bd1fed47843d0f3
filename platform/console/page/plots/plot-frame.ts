import { valueTicks } from "./scale.js";
import type { TimePlotProps } from "./time-plot.js";

/** All plots are as high, before and after their data come: nothing moves. Pixels, as in the style sheet. */
export const HEIGHT = 180;
const LEFT = 58;
const RIGHT = 8;
const TOP = 14;
const BOTTOM = 24;

/** Where steps and values are on a plot, in pixels. */
export interface PlotFrame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly steps: number;
  readonly ticks: readonly number[];
  /** Left edge of a step; its middle is half a step on. */
  readonly x: (step: number) => number;
  readonly y: (value: number) => number;
  /** The step at a place, or the nearest. */
  readonly stepAt: (x: number) => number;
}

/** Pure. */
export function frameOf({ shape, times, series }: TimePlotProps, width: number): PlotFrame {
  const steps = Math.max(times.length, 1);
  const highest = Math.max(0, ...times.map((_, step) => heightOf(series, step, shape)));
  const ticks = valueTicks(highest);
  const [right, bottom] = [width - RIGHT, HEIGHT - BOTTOM];
  const max = ticks.at(-1) ?? 1;
  return {
    ...{ left: LEFT, right, top: TOP, bottom, steps, ticks },
    x: (step) => LEFT + ((right - LEFT) * step) / steps,
    y: (value) => bottom - ((bottom - TOP) * value) / max,
    stepAt: (x) => Math.min(steps - 1, Math.max(0, Math.floor(((x - LEFT) / (right - LEFT)) * steps))),
  };
}

function heightOf(series: TimePlotProps["series"], step: number, shape: TimePlotProps["shape"]): number {
  const values = series.map(({ values }) => values[step] ?? 0);
  return shape === "lines" ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0);
}
