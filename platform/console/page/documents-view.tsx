import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { DocumentDetail, ListDocumentsResponse } from "#rag/documents-response";
import { EmptyNotice, ErrorNotice } from "./notice.js";
import { UploadForm } from "./upload-form.js";
import { useApi, useLoaded } from "./use-api.js";
import { usePages } from "./use-pages.js";

/** The tenant's documents: upload, look into, delete. */
export function DocumentsView(): JSX.Element {
  const api = useApi();
  const { data, error, isLoading, reload, pager } = usePages<ListDocumentsResponse>("/documents");
  const [failure, setFailure] = useState<unknown>();
  const remove = async (docId: string): Promise<void> => {
    if (!confirm(`Delete ${docId}? It cannot be searched any more.`)) return;
    try {
      await api.delete(`/documents/${encodeURIComponent(docId)}`);
      reload();
    } catch (thrown) {
      setFailure(thrown);
    }
  };
  return (
    <div class="documents">
      <UploadForm onStored={reload} />
      <ErrorNotice error={error ?? failure} />
      {data?.documents.length === 0 ? <EmptyNotice>There are no documents yet: upload some above.</EmptyNotice> : null}
      <ul class="cards" aria-busy={isLoading} aria-label="Documents">
        {data?.documents.map(({ docId, title, chunks, bytes, updatedAt, version, acl }) => (
          <li key={docId}>
            <details>
              <summary>
                <strong>{title ?? docId}</strong>
                <small>
                  {docId} · {chunks} passages · {sizeText(bytes)} · version {version} ·{" "}
                  {new Date(updatedAt).toLocaleString()}
                  {acl.length === 0 ? "" : ` · for ${acl.join(", ")}`}
                </small>
              </summary>
              <Chunks docId={docId} />
            </details>
            <button type="button" class="quiet" aria-label={`Delete ${docId}`} onClick={() => void remove(docId)}>
              Delete
            </button>
          </li>
        ))}
      </ul>
      {pager}
    </div>
  );
}

/** Read when it is first opened: `details` renders its content at once, hence the toggle. */
function Chunks({ docId }: { docId: string }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return isOpen ? (
    <ChunkList docId={docId} />
  ) : (
    <button
      type="button"
      class="quiet"
      onClick={() => {
        setOpen(true);
      }}
    >
      Show its passages
    </button>
  );
}

function ChunkList({ docId }: { docId: string }): JSX.Element {
  const { data, error } = useLoaded<DocumentDetail>(`/documents/${encodeURIComponent(docId)}`);
  return (
    <>
      <ErrorNotice error={error} />
      <ol class="sources">
        {data?.chunks.map(({ chunkId, text, start, end }) => (
          <li key={chunkId}>
            <small>
              {start}–{end}
            </small>
            <blockquote class="passage">{text}</blockquote>
          </li>
        ))}
      </ol>
    </>
  );
}

function sizeText(bytes: number): string {
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 * 1024
      ? `${(bytes / 1024).toFixed(1)} KB`
      : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
