import type { JSX } from "preact";

import type { AuditEntry } from "#storage/audit-log";
import { EmptyNotice, ErrorNotice } from "./notice.js";
import { usePages } from "./use-pages.js";

/** As `GET /audit` answers. */
interface AuditPage {
  readonly records: readonly (Omit<AuditEntry, "atMs"> & { readonly seq: number; readonly at: string })[];
  readonly nextCursor?: string;
}

const COLUMNS = ["No.", "Time", "Who", "Tool", "By way of", "Outcome", "ms", "Taint", "Trace id"];

/** What tools did, latest first. Needs the scope `admin`. */
export function AuditView(): JSX.Element {
  const { data, error, isLoading, pager } = usePages<AuditPage>("/audit");
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
      {pager}
    </div>
  );
}
