import type { Outcome } from "#tests/load/measure/open-loop";
import { quantiles } from "#tests/load/measure/quantile";
import type { Second } from "#tests/load/measure/summary";
import type { Plot } from "#tests/load/report/line-plot";

/** What happened in each second, as plots. */
export function secondPlots(seconds: readonly Second[]): readonly Plot[] {
  const line = (name: string, key: keyof Second) => ({
    name,
    points: seconds.map((second) => [second.second, second[key]] as const),
  });
  return [
    {
      title: "Latency by the second in which a request was due",
      ...{ xLabel: "seconds", yLabel: "milliseconds", isLogarithmic: true },
      lines: [line("p50", "p50Ms"), line("p95", "p95Ms"), line("p99", "p99Ms")],
    },
    {
      title: "Requests in each second",
      ...{ xLabel: "seconds", yLabel: "requests" },
      lines: [line("due", "due"), line("answered", "answered"), line("failed", "failed"), line("open", "open")],
    },
  ];
}

/** Parts of the distribution: each nine has the same room. */
const PARTS = [0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999];

/** How latency is distributed, by kind of request, the tail drawn wide. */
export function percentilePlot(outcomes: readonly Outcome[]): Plot {
  const place = (part: number): number => -Math.log10(1 - part);
  const kinds = Map.groupBy(
    outcomes.filter(({ failure }) => failure === undefined),
    ({ kind }) => kind,
  );
  return {
    title: "Latency by percentile",
    ...{ xLabel: "percentile", yLabel: "milliseconds", isLogarithmic: true },
    xTicks: [0, 0.5, 0.9, 0.99, 0.999, 0.9999].map((part) => [place(part), String(Number((part * 100).toFixed(2)))]),
    lines: [...kinds].map(([name, of]) => {
      const values = quantiles(
        of.map(({ endMs, dueMs }) => endMs - dueMs),
        PARTS,
      );
      return { name, points: PARTS.map((part, index) => [place(part), values[index] ?? Number.NaN] as const) };
    }),
  };
}
