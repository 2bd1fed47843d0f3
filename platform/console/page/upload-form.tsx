import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { JobResponse } from "#ingest-jobs/job-response";
import type { ApiClient } from "./api-client.js";
import { ErrorNotice } from "./notice.js";
import { useApi } from "./use-api.js";

/** How often the state of a long ingest is asked for. */
const POLL_MS = 1_000;

/** Sends text files one after the other and shows how far it is. */
export function UploadForm({ onStored }: { onStored: () => void }): JSX.Element {
  const api = useApi();
  const [progress, setProgress] = useState<{ done: number; total: number; name: string }>();
  const [error, setError] = useState<unknown>();
  const [result, setResult] = useState<string>();
  const upload = async (files: readonly File[]): Promise<void> => {
    setError(undefined);
    setResult(undefined);
    let done = 0;
    try {
      for (const file of files) {
        setProgress({ done, total: files.length, name: file.name });
        await store(api, file);
        done += 1;
      }
      setResult(`${done} of ${files.length} stored.`);
    } catch (thrown) {
      setError(thrown);
      setResult(`${done} of ${files.length} stored, then it stopped.`);
    }
    setProgress(undefined);
    onStored();
  };
  return (
    <form
      class="upload"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const files = new FormData(form).getAll("files").filter((entry) => entry instanceof File && entry.size > 0);
        if (files.length === 0) return;
        void upload(files as File[]);
        form.reset();
      }}
    >
      <label>
        Text or Markdown files
        <input name="files" type="file" multiple accept=".md,.txt,.markdown,text/*" disabled={progress !== undefined} />
      </label>
      <button type="submit" disabled={progress !== undefined}>
        Upload
      </button>
      <div role="status">
        {progress === undefined ? (
          result
        ) : (
          <>
            <progress max={progress.total} value={progress.done} aria-label="Upload" /> {progress.name}
          </>
        )}
      </div>
      <ErrorNotice error={error} />
    </form>
  );
}

/** Stores one file; what is too large for one request is a job that is waited for. */
async function store(api: ApiClient, file: File): Promise<void> {
  const docId = file.name.replace(/[^A-Za-z0-9._:/@-]+/g, "-").slice(0, 200);
  const document = { docId, text: await file.text(), title: file.name, source: "console" };
  const { jobId } = await api.post<{ jobId?: string }>("/ingest", document);
  if (jobId === undefined) return;
  for (;;) {
    const { status, failed } = await api.get<JobResponse>(`/ingest/${encodeURIComponent(jobId)}`);
    if (status === "succeeded") return;
    if (status === "failed" || status === "partial") throw new Error(failed[0]?.message ?? "It could not be stored.");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
