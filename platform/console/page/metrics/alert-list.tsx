import type { JSX } from "preact";

import { type Alert, PERIOD_NAMES } from "./read-metrics.js";

/** The alerts that fire, and behind them all rules. */
export function AlertList({ alerts }: { alerts: readonly Alert[] }): JSX.Element {
  const firing = alerts.filter(({ firingSince }) => firingSince !== null);
  return (
    <section class="card wide" aria-label="Alerts">
      <h2>
        Alerts <small>{firing.length === 0 ? "none fires" : `${firing.length} firing`}</small>
      </h2>
      {firing.length === 0 ? null : (
        <ul class="firing">
          {firing.map(({ id, name, firingSince, runbook, ...rule }) => (
            <li key={id} class="notice error">
              <strong>{name}</strong> {conditionText(rule)} · since {new Date(firingSince ?? 0).toLocaleString()} · what
              to do: <code>{runbook}</code>
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>
          <small>All {alerts.length} rules</small>
        </summary>
        <ul>
          {alerts.map(({ id, name, enabled, ...rule }) => (
            <li key={id}>
              {name}: {conditionText(rule)}
              {enabled ? "" : " (switched off)"}
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}

function conditionText({
  metric,
  comparator,
  threshold,
  period,
}: Pick<Alert, "metric" | "comparator" | "threshold" | "period">): string {
  return `${metric} ${comparator} ${threshold.toLocaleString()} in the last ${PERIOD_NAMES.get(period) ?? period}`;
}
