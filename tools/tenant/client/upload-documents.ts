import { setTimeout as sleep } from "node:timers/promises";

import * as z from "#base/zod";

import type { IngestDocument } from "#tools/tenant/client/document-file";
import { ApiError, callTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";
import { withRetries } from "#tools/tenant/client/with-retries";

/** A document that could not be stored. */
export interface FailedUpload {
  readonly docId: string;
  readonly reason: string;
}

/** What became of some documents. The others of them are stored. */
export interface UploadOutcome {
  readonly stored: number;
  readonly unchanged: number;
  readonly failed: readonly FailedUpload[];
}

/** The document is at fault; anything else is everybody's trouble. */
const DOCUMENT_STATUSES = [400, 409, 413, 422];

/** Pauses between looks at a job, milliseconds: each look counts against the caller's rate limit. */
const FIRST_LOOK_MS = 300;
const LONGEST_LOOK_MS = 5_000;

const ingestedSchema = z.union([
  z.object({ jobId: z.string() }),
  z.object({ documents: z.array(z.object({ docId: z.string(), unchanged: z.optional(z.boolean()) })) }),
]);
const jobSchema = z.object({
  status: z.enum(["queued", "running", "succeeded", "failed", "partial"]),
  done: z.number(),
  failed: z._default(z.array(z.object({ docId: z.string(), message: z.string() })), []),
});

/**
 * Uploads documents in one call and waits until they are stored. Where the Worker refuses them, each one alone, to find the
 * one it does not take. @throws what is not a document's fault: nobody answers, the key is wrong, a budget is used up.
 */
export async function uploadDocuments(
  address: TenantAddress,
  documents: readonly IngestDocument[],
  signal?: AbortSignal,
): Promise<UploadOutcome> {
  try {
    return await upload(address, documents, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || !DOCUMENT_STATUSES.includes(error.status)) throw error;
    const [only] = documents;
    if (documents.length === 1 && only !== undefined) {
      return { stored: 0, unchanged: 0, failed: [{ docId: only.docId, reason: error.message.split("\n").join(" ") }] };
    }
  }
  const outcomes: UploadOutcome[] = [];
  for (const document of documents) outcomes.push(await uploadDocuments(address, [document], signal));
  return sum(outcomes);
}

async function upload(
  address: TenantAddress,
  documents: readonly IngestDocument[],
  signal?: AbortSignal,
): Promise<UploadOutcome> {
  const answer = await withRetries(() => callTenant(address, "POST", "/ingest", { documents }), { signal });
  const data = ingestedSchema.parse(answer);
  if ("jobId" in data) return waitForJob(address, data.jobId, documents.length, signal);
  const unchanged = data.documents.filter((document) => document.unchanged === true).length;
  return { stored: data.documents.length - unchanged, unchanged, failed: [] };
}

async function waitForJob(
  address: TenantAddress,
  jobId: string,
  total: number,
  signal?: AbortSignal,
): Promise<UploadOutcome> {
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_LOOK_MS)) {
    await sleep(pauseMs, undefined, signal === undefined ? {} : { signal });
    const job = jobSchema.parse(await withRetries(() => callTenant(address, "GET", `/ingest/${jobId}`), { signal }));
    if (job.status === "queued" || job.status === "running") continue;
    const failed = job.failed.map(({ docId, message }) => ({ docId, reason: message }));
    return { stored: total - failed.length, unchanged: 0, failed };
  }
}

function sum(outcomes: readonly UploadOutcome[]): UploadOutcome {
  return {
    stored: outcomes.reduce((total, { stored }) => total + stored, 0),
    unchanged: outcomes.reduce((total, { unchanged }) => total + unchanged, 0),
    failed: outcomes.flatMap(({ failed }) => failed),
  };
}
