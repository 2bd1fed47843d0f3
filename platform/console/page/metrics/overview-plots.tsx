import type { JSX } from "preact";

import type { Overview } from "#metrics/overview";
import { type Series, TimePlot, type TimePlotProps } from "../plots/time-plot.js";
import { countText, durationText, percentText, usdText } from "./format-value.js";
import { type Metrics, PERIOD_NAMES } from "./read-metrics.js";
import { stepsOfPeriod } from "./steps-of-period.js";

type Pick = (point: Overview) => number | undefined;

/** A series before its values are picked. */
interface Line extends Omit<Series, "values"> {
  readonly pick: Pick;
}

/** A plot before its steps are known, and the metrics whose anomalies it marks. */
interface Plan extends Omit<TimePlotProps, "times" | "series" | "unusual" | "description"> {
  readonly lines: readonly Line[];
  readonly watches: readonly string[];
}

const amount = (name: string, total: Overview, pick: (point: Overview) => number, format = countText): Line => ({
  name,
  pick,
  total: format(pick(total)),
});

/** A level is known where anything was measured. Times of 0 are times that nobody took. */
const level = (name: string, total: Overview, pick: (point: Overview) => number, format = durationText): Line => {
  const known: Pick = (point) => (pick(point) > 0 ? pick(point) : undefined);
  const whole = known(total);
  return { name, pick: known, total: whole === undefined ? "–" : format(whole) };
};

const refusedOf = ({ rateLimited, budgetExceeded }: Overview): number => rateLimited + budgetExceeded;
const answeredOf = (point: Overview): number => Math.max(0, point.requests - point.errors - refusedOf(point));

/** Share of searches and calls that a cache answered; nothing where none was asked. */
const hitRateOf: Pick = ({ cacheHits, cacheMisses }) =>
  cacheHits + cacheMisses === 0 ? undefined : cacheHits / (cacheHits + cacheMisses);

/** The plots, in the order of the page. */
function plansOf(total: Overview): Plan[] {
  const rate = hitRateOf(total);
  return [
    {
      ...{ title: "Requests", shape: "bars", format: countText, watches: ["requests", "errors", "rateLimited"] },
      lines: [
        amount("Answered", total, answeredOf),
        amount("Limited", total, refusedOf),
        { ...amount("Errors", total, ({ errors }) => errors), isBad: true },
      ],
    },
    {
      ...{ title: "Latency", shape: "lines", format: durationText, watches: ["p95Ms"] },
      lines: [
        level("p50", total, ({ p50Ms }) => p50Ms),
        level("p95", total, ({ p95Ms }) => p95Ms),
        level("p99", total, ({ p99Ms }) => p99Ms),
      ],
    },
    {
      ...{ title: "First token", shape: "lines", format: durationText, watches: ["firstTokenP95Ms", "modelFailures"] },
      lines: [
        level("First token, p95", total, ({ firstTokenP95Ms }) => firstTokenP95Ms),
        level("Model call, p95", total, ({ modelP95Ms }) => modelP95Ms),
      ],
    },
    {
      ...{ title: "Tokens", shape: "bars", format: countText, watches: ["tokensOut"] },
      lines: [amount("In", total, ({ tokensIn }) => tokensIn), amount("Out", total, ({ tokensOut }) => tokensOut)],
    },
    {
      ...{ title: "Cost", shape: "bars", format: usdText, watches: ["costUsd"] },
      lines: [amount("US dollars", total, ({ costUsd }) => costUsd, usdText)],
    },
    {
      ...{ title: "Cache hit rate", shape: "lines", format: percentText, watches: [] },
      lines: [{ name: "Hits", pick: hitRateOf, total: rate === undefined ? "–" : percentText(rate) }],
    },
  ];
}

/** What happened over a period, as plots. */
export function OverviewPlots({ metrics }: { metrics: Metrics }): JSX.Element {
  const { overview, period, readAtMs, anomalies } = metrics;
  const { times, points } = stepsOfPeriod(period, overview.points, readAtMs);
  return (
    <>
      {plansOf(overview.total).map(({ lines, watches, ...plan }) => (
        <TimePlot
          key={plan.title}
          {...plan}
          description={descriptionOf(lines, period)}
          times={times}
          series={lines.map(({ pick, ...series }) => ({
            ...series,
            values: points.map((point) => (point === undefined ? undefined : pick(point))),
          }))}
          unusual={new Set(anomalies.filter(({ metric }) => watches.includes(metric)).map(({ at }) => at))}
        />
      ))}
    </>
  );
}

function descriptionOf(lines: readonly Line[], period: Metrics["period"]): string {
  const totals = lines.map(({ name, total }) => `${name} ${total}`).join(", ");
  return `In the last ${PERIOD_NAMES.get(period) ?? period}, by the ${period === "1h" ? "minute" : "hour"}: ${totals}.`;
}
