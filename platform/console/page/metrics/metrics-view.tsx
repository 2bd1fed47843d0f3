import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Period } from "#metrics/period";
import { EmptyNotice, ErrorNotice } from "../notice.js";
import { BarTable } from "../plots/bar-table.js";
import { useCaller, useRead } from "../use-api.js";
import { AlertList } from "./alert-list.js";
import { AnomalyList } from "./anomaly-list.js";
import { BurnTable } from "./burn-table.js";
import { countText, durationText, usdText } from "./format-value.js";
import { OverviewPlots } from "./overview-plots.js";
import { type Cost, type Metrics, PERIOD_NAMES, readMetrics } from "./read-metrics.js";

/** How the tenant fares, as plots. Needs the scope `metrics`, and a tenant that is measured. */
export function MetricsView(): JSX.Element {
  const { features, scopes } = useCaller();
  if (!features.metrics) return <MetricsOff />;
  if (!scopes.includes("metrics"))
    return (
      <EmptyNotice>
        This key may not read metrics: it lacks the scope metrics. Whoever runs the tenant can make one that has it.
      </EmptyNotice>
    );
  return <MetricsPage />;
}

function MetricsOff(): JSX.Element {
  return (
    <div class="notice">
      <h2>Metrics are off</h2>
      <p>
        Nothing is measured for this tenant. To have its metrics, put this into its <code>tenant.config.json</code> and
        deploy it:
      </p>
      <pre>{'"insights": { "enabled": true }'}</pre>
    </div>
  );
}

function MetricsPage(): JSX.Element {
  const [period, setPeriod] = useState<Period>("1h");
  const { data, error, isLoading, reload } = useRead((api) => readMetrics(api, period), period);
  return (
    <div class="metrics" aria-busy={isLoading}>
      <div class="toolbar">
        <fieldset>
          <legend class="visually-hidden">Period</legend>
          <span aria-hidden="true">Last</span>
          {[...PERIOD_NAMES].map(([id, name]) => (
            <label key={id} class="choice">
              <input
                type="radio"
                name="period"
                checked={id === period}
                onChange={() => {
                  setPeriod(id);
                }}
              />
              <span class="visually-hidden">last </span>
              {name}
            </label>
          ))}
        </fieldset>
        <button type="button" onClick={reload}>
          Refresh
        </button>
        <small role="status">
          {data === undefined ? "Reading…" : `As of ${new Date(data.readAtMs).toLocaleTimeString()}`}
        </small>
      </div>
      <ErrorNotice error={error} />
      {data === undefined ? null : <Figures metrics={data} />}
    </div>
  );
}

function Figures({ metrics }: { metrics: Metrics }): JSX.Element {
  const { overview, cost, cache, tools, slis, alerts, anomalies, period } = metrics;
  return (
    <>
      {overview.total.requests === 0 ? (
        <p class="notice empty">
          No requests in the last {PERIOD_NAMES.get(period)}. What is asked of the tenant shows here.
        </p>
      ) : null}
      <div class="figures">
        <AlertList alerts={alerts} />
        <OverviewPlots metrics={metrics} />
        <BurnTable slis={slis} />
        <CostTable title="Cost by model" costs={cost.byModel} />
        <CostTable title="Cost by key" costs={cost.byKey} />
        <BarTable
          title="Tools"
          columns={["Tool", "Runs", "Failed", "p95"]}
          rows={tools.map(({ tool, runs, failures, p95Ms }) => ({
            name: tool,
            value: runs,
            texts: [countText(runs), countText(failures), durationText(p95Ms)],
          }))}
        />
        <BarTable
          title="Caches"
          note={`saved ${durationText(cache.savedMs)} and ${countText(cache.savedTokens)} tokens`}
          columns={["Cache", "Answers"]}
          rows={Object.entries(cache.results).flatMap(([name, results]) =>
            Object.entries(results).map(([result, count]) => ({
              name: `${name}: ${result}`,
              value: count,
              texts: [countText(count)],
            })),
          )}
        />
        <AnomalyList anomalies={anomalies} />
      </div>
    </>
  );
}

function CostTable({ title, costs }: { title: string; costs: readonly Cost[] }): JSX.Element {
  return (
    <BarTable
      title={title}
      columns={[title.replace("Cost by ", ""), "Calls", "US dollars"]}
      rows={costs.map(({ id, usd, calls }) => ({ name: id, value: usd, texts: [countText(calls), usdText(usd)] }))}
    />
  );
}
