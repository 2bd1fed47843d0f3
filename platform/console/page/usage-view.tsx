import type { JSX } from "preact";

import type { UsageReport } from "#limits/quota-message";
import { EmptyNotice, ErrorNotice } from "./notice.js";
import { useLoaded } from "./use-api.js";

/** How much of each limit and budget is used, and when it begins anew. */
export function UsageView(): JSX.Element {
  const { data, error, isLoading, reload } = useLoaded<UsageReport>("/usage");
  return (
    <div class="usage" aria-busy={isLoading}>
      <button type="button" onClick={reload}>
        Refresh
      </button>
      <ErrorNotice error={error} />
      <h2>Requests</h2>
      {data?.limits.length === 0 ? <EmptyNotice>No limits are set.</EmptyNotice> : null}
      {data?.limits.map(({ name, limit, used, resetAt }) => (
        <Gauge key={name} label={name} used={used} limit={limit} note={`until ${timeText(resetAt)}`} />
      ))}
      <h2>Budgets</h2>
      {data?.budgets.length === 0 ? <EmptyNotice>No budgets are set.</EmptyNotice> : null}
      {data?.budgets.map(({ scope, id, unit, window, limit, used, reserved, resetAt, mode }) => (
        <Gauge
          key={`${scope}${id ?? ""}${unit}${window}`}
          label={`${scope}${id === undefined ? "" : ` ${id}`}, ${unit} per ${window}${mode === "warn" ? " (warns only)" : ""}`}
          used={used}
          limit={limit}
          note={`${reserved} reserved · until ${timeText(resetAt)}`}
        />
      ))}
    </div>
  );
}

function Gauge({
  label,
  used,
  limit,
  note,
}: {
  label: string;
  used: number;
  limit: number;
  note: string;
}): JSX.Element {
  return (
    <label class="gauge">
      <span>
        {label}: {used.toLocaleString()} of {limit.toLocaleString()}
      </span>
      <meter min={0} max={limit} high={limit * 0.8} value={used} />
      <small>{note}</small>
    </label>
  );
}

function timeText(iso: string): string {
  return new Date(iso).toLocaleString();
}
