import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import * as z from "zod";

import { CommandError } from "#tools/command/command-line";
import {
  documentIds,
  isDocumentFile,
  MAX_DOCUMENT_BYTES,
  readDocument,
  type DocumentFile,
  type IngestDocument,
} from "#tools/tenant/client/document-file";
import { ingestBatches } from "#tools/tenant/client/ingest-batches";
import { ApiError, callTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";

/** How far an ingest has come. */
export interface IngestProgress {
  readonly done: number;
  readonly total: number;
}

/** What became of a folder's files. */
export interface IngestReport {
  /** New documents and changed ones. */
  readonly stored: number;
  readonly unchanged: number;
  readonly failed: readonly { readonly file: string; readonly reason: string }[];
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

type Uploadable = Extract<DocumentFile, { kind: "document" }>;

/** Never entered: not a person's documents. */
const IGNORED_FOLDERS = new Set(["node_modules", "bazel-out"]);
const MAX_ATTEMPTS = 5;

/** Uploads every Markdown and text file of a folder. A file that fails does not stop the others. */
export async function ingestFolder(
  address: TenantAddress,
  folder: string,
  onProgress: (progress: IngestProgress) => void,
  signal?: AbortSignal,
): Promise<IngestReport> {
  const files = findDocumentFiles(folder);
  const ids = documentIds(files);
  const read = files.map((file) => readFrom(folder, file, ids.get(file) ?? file));
  const documents = read.filter((entry) => entry.kind === "document");
  const tally = { stored: 0, unchanged: 0, failed: [] as IngestReport["failed"][number][] };
  let done = 0;
  onProgress({ done, total: documents.length });
  for (const batch of ingestBatches(documents)) {
    if (signal?.aborted === true) break;
    await uploadBatch(address, batch, tally);
    done += batch.length;
    onProgress({ done, total: documents.length });
  }
  return { ...tally, skipped: read.filter((entry) => entry.kind === "skipped") };
}

/** Relative paths of the documents below a folder, sorted. @throws CommandError when the folder cannot be read. */
export function findDocumentFiles(folder: string): string[] {
  const visit = (below: string): string[] =>
    readdirSync(path.join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const relative = path.posix.join(below, entry.name);
      if (entry.name.startsWith(".")) return [];
      if (entry.isDirectory()) return IGNORED_FOLDERS.has(entry.name) ? [] : visit(relative);
      return isDocumentFile(entry.name) && isFile(path.join(folder, relative)) ? [relative] : [];
    });
  try {
    return visit("").toSorted();
  } catch (error) {
    throw new CommandError(`cannot read the folder ${folder}`, {
      why: error instanceof Error ? error.message : String(error),
      fix: "give --ingest a folder that exists",
    });
  }
}

/** Follows a link to a file; a link to a folder is left out, so that no circle can be made. */
function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function readFrom(folder: string, file: string, docId: string): DocumentFile {
  const full = path.join(folder, file);
  // An oversized file is not read at all; `readDocument` says the same of its size.
  const bytes = statSync(full).size > MAX_DOCUMENT_BYTES ? new Uint8Array(MAX_DOCUMENT_BYTES + 1) : readFileSync(full);
  return readDocument(file, docId, bytes);
}

interface Tally {
  stored: number;
  unchanged: number;
  readonly failed: { file: string; reason: string }[];
}

/** Uploads a batch; where the Worker refuses it, each document alone, to find the one it does not take. */
async function uploadBatch(address: TenantAddress, batch: readonly Uploadable[], tally: Tally): Promise<void> {
  try {
    const outcome = await upload(
      address,
      batch.map(({ document }) => document),
    );
    tally.stored += outcome.stored;
    tally.unchanged += outcome.unchanged;
    tally.failed.push(...outcome.failed);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (batch.length > 1 && error instanceof ApiError) {
      for (const one of batch) await uploadBatch(address, [one], tally);
      return;
    }
    const reason = error.message.split("\n").join(" ");
    tally.failed.push(...batch.map(({ document }) => ({ file: document.source, reason })));
  }
}

const ingestedSchema = z.union([
  z.object({ documents: z.array(z.object({ docId: z.string(), unchanged: z.boolean().optional() })) }),
  z.object({ jobId: z.string() }),
]);
const jobSchema = z.object({
  status: z.enum(["queued", "running", "succeeded", "failed", "partial"]),
  done: z.number(),
  failed: z.array(z.object({ docId: z.string(), message: z.string() })).default([]),
});

interface Outcome {
  readonly stored: number;
  readonly unchanged: number;
  readonly failed: { file: string; reason: string }[];
}

async function upload(address: TenantAddress, documents: readonly IngestDocument[]): Promise<Outcome> {
  const data = ingestedSchema.parse(await withRetries(() => callTenant(address, "POST", "/ingest", { documents })));
  if ("jobId" in data) return waitForJob(address, data.jobId, documents.length);
  const unchanged = data.documents.filter((document) => document.unchanged === true).length;
  return { stored: data.documents.length - unchanged, unchanged, failed: [] };
}

async function waitForJob(address: TenantAddress, jobId: string, total: number): Promise<Outcome> {
  for (;;) {
    const job = jobSchema.parse(await withRetries(() => callTenant(address, "GET", `/ingest/${jobId}`)));
    if (job.status !== "queued" && job.status !== "running") {
      const failed = job.failed.map(({ docId, message }) => ({ file: docId, reason: message }));
      return { stored: total - failed.length, unchanged: 0, failed };
    }
    await sleep(300);
  }
}

/** Tries again what may succeed later: too many requests, and failures of the server. */
async function withRetries(call: () => Promise<unknown>): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const mayRetry = error instanceof ApiError && (error.status === 429 || error.status >= 500);
      if (!mayRetry || attempt === MAX_ATTEMPTS) throw error;
      await sleep((error.retryAfterSeconds ?? attempt * 0.3) * 1_000);
    }
  }
}
