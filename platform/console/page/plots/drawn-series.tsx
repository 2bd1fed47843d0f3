import type { JSX } from "preact";

import type { PlotFrame } from "./plot-frame.js";
import { runsOf } from "./scale.js";
import type { Series } from "./time-plot.js";

/** One of several series as bars that stand on those before it. */
export function drawnBars(frame: PlotFrame, series: readonly Series[], index: number): JSX.Element {
  const gap = Math.min(2, (frame.x(1) - frame.x(0)) * 0.2);
  const bars = (series[index]?.values ?? []).map((value = 0, step) => {
    const below = series.slice(0, index).reduce((sum, { values }) => sum + (values[step] ?? 0), 0);
    const [top, foot] = [frame.y(below + value), frame.y(below)];
    const [from, to] = [frame.x(step) + gap / 2, frame.x(step + 1) - gap / 2];
    return value > 0 ? `M${from} ${foot}V${top}H${to}V${foot}z` : "";
  });
  return <path class="bars" d={bars.join("")} />;
}

/** One of several series as a line through the middles of the steps; a step that stands alone is a dot. */
export function drawnLines(frame: PlotFrame, series: readonly Series[], index: number): JSX.Element {
  const place = ([step, value]: readonly [number, number]): string => `${frame.x(step + 0.5)} ${frame.y(value)}`;
  const runs = runsOf(series[index]?.values ?? []);
  return (
    <>
      <path class="line" d={runs.map((run) => `M${run.map(place).join("L")}`).join("")} />
      {runs.flatMap((run) =>
        run.length > 1
          ? []
          : run.map(([step, value]) => <circle key={step} cx={frame.x(step + 0.5)} cy={frame.y(value)} r={2.5} />),
      )}
    </>
  );
}
