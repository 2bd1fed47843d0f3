import { setTimeout as sleep } from "node:timers/promises";

import type { BenchDocument } from "#tests/knowledge/bench/make-corpus";
import { callApi, type Api } from "#tests/knowledge/call-api";

/** How fast documents were stored. */
export interface IngestRate {
  readonly name: string;
  readonly documents: number;
  readonly chunks: number;
  readonly bytes: number;
  readonly ms: number;
}

const encoder = new TextEncoder();

/** Pause between two looks at a job, milliseconds. */
const LOOK_MS = 50;

interface Stored {
  readonly documents?: readonly { readonly chunks: number; readonly unchanged: boolean }[];
  readonly jobId?: string;
}

/** Sends documents in calls of so many, so many calls at once, and waits until all are stored. */
export async function measureIngest(
  api: Api,
  name: string,
  documents: readonly BenchDocument[],
  { perCall, parallel }: { readonly perCall: number; readonly parallel: number },
): Promise<IngestRate> {
  const calls = Array.from({ length: Math.ceil(documents.length / perCall) }, (_, index) =>
    documents.slice(index * perCall, (index + 1) * perCall),
  ).values();
  let chunks = 0;
  const startedMs = performance.now();
  const work = async (): Promise<void> => {
    for (const batch of calls) {
      const stored = await callApi<Stored>(api, "POST", "/ingest", { documents: batch });
      chunks += stored.documents?.reduce((sum, document) => sum + document.chunks, 0) ?? 0;
      if (stored.jobId !== undefined) await waitForJob(api, stored.jobId);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  const bytes = documents.reduce((sum, { text }) => sum + encoder.encode(text).length, 0);
  return { name, documents: documents.length, chunks, bytes, ms: performance.now() - startedMs };
}

async function waitForJob(api: Api, jobId: string): Promise<void> {
  for (;;) {
    const { status } = await callApi<{ status: string }>(api, "GET", `/ingest/${jobId}`);
    if (status === "succeeded") return;
    if (status === "failed" || status === "partial") throw new Error(`job ${jobId} ended as ${status}`);
    await sleep(LOOK_MS);
  }
}
