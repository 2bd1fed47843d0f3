import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { EmptyNotice, ErrorNotice } from "./notice.js";
import { useLoaded } from "./use-api.js";

interface AuditPage {
  readonly records: readonly {
    seq: number;
    at: string;
    principal: string;
    tool: string;
    door: string;
    outcome: string;
    code?: string;
    durationMs: number;
    taint: string;
    traceId: string;
  }[];
  readonly nextCursor?: string;
}

const COLUMNS = ["No.", "Time", "Who", "Tool", "By way of", "Outcome", "ms", "Taint", "Trace id"];

/** What tools did, latest first. Needs the scope `admin`. */
export function AuditView(): JSX.Element {
  const [cursor, setCursor] = useState<string>();
  const { data, error, isLoading } = useLoaded<AuditPage>(
    `/audit?limit=50${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
  );
  const nextCursor = data?.nextCursor;
  return (
    <div aria-busy={isLoading}>
      <ErrorNotice error={error} />
      {data?.records.length === 0 ? <EmptyNotice>No tool has been used yet.</EmptyNotice> : null}
      {data === undefined || data.records.length === 0 ? null : (
        <div class="scroll">
          <table>
            <caption>Audit log of tools</caption>
            <thead>
              <tr>
                {COLUMNS.map((title) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.records.map(({ seq, at, principal, tool, door, outcome, code, durationMs, taint, traceId }) => (
                <tr key={seq}>
                  <td>{seq}</td>
                  <td>{new Date(at).toLocaleString()}</td>
                  <td>{principal}</td>
                  <td>{tool}</td>
                  <td>{door}</td>
                  <td>{code === undefined ? outcome : `${outcome}: ${code}`}</td>
                  <td>{durationMs}</td>
                  <td>{taint}</td>
                  <td>
                    <code>{traceId}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {nextCursor === undefined ? null : (
        <button
          type="button"
          onClick={() => {
            setCursor(nextCursor);
          }}
        >
          Earlier
        </button>
      )}
    </div>
  );
}
