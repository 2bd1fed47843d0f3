import type { JSX } from "preact";

import type { Anomaly } from "#metrics/anomalies";
import { countText, durationText, usdText } from "./format-value.js";

/** What the watched metrics are called, and how their values are written. */
const WATCHED = new Map<string, readonly [name: string, format: (value: number) => string]>([
  ["requests", ["requests", countText]],
  ["errors", ["errors", countText]],
  ["p95Ms", ["latency, p95", durationText]],
  ["firstTokenP95Ms", ["first token, p95", durationText]],
  ["modelFailures", ["failed model calls", countText]],
  ["tokensOut", ["tokens out", countText]],
  ["costUsd", ["cost", usdText]],
  ["rateLimited", ["requests over a limit", countText]],
  ["dependencyFailures", ["failures of dependencies", countText]],
]);

/** What is unusual about the last whole step, against those before it. */
export function AnomalyList({ anomalies }: { anomalies: readonly Anomaly[] }): JSX.Element {
  return (
    <section class="card wide" aria-label="Unusual">
      <h2>
        Unusual <small>{anomalies.length === 0 ? "nothing" : "marked in the plots"}</small>
      </h2>
      {anomalies.length === 0 ? null : (
        <ul>
          {anomalies.map(({ metric, value, usual, at }) => {
            const [name, format] = WATCHED.get(metric) ?? [metric, countText];
            const time = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
            return (
              <li key={metric}>
                {time}: {name} {format(value)}, usually {format(usual)}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
