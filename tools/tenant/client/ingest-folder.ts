import path from "node:path";

import { CommandError } from "#tools/command/command-line";
import type { IngestDocument } from "#tools/tenant/client/document-file";
import { ingestBatches } from "#tools/tenant/client/ingest-batches";
import { FOLDER_KEY, planFolder, type FolderPlan, type LocalDocument } from "#tools/tenant/client/plan-folder";
import { readFrom, scanFolder } from "#tools/tenant/client/scan-folder";
import { ApiError, type TenantAddress } from "#tools/tenant/client/tenant-client";
import { deleteTenantDocument, listTenantDocuments, type StoredDocument } from "#tools/tenant/client/tenant-documents";
import { uploadDocuments } from "#tools/tenant/client/upload-documents";

/** Which folder, and how. */
export interface IngestFolder {
  readonly folder: string;
  /** Name that its documents carry, so that those whose file is gone can be told; default: the folder's own. */
  readonly name?: string;
  /** Put before each document's id. */
  readonly prefix?: string;
  /** Labels of those who may see the documents; default: everyone of the tenant. */
  readonly acl?: readonly string[];
  /** Send what is unchanged too: after a change of the tenant's chunking or embedding model. */
  readonly sendAll?: boolean;
  readonly deleteMissing?: boolean;
  /** Compare only. */
  readonly dryRun?: boolean;
}

/** How far an ingest has come, in files. */
export interface IngestProgress {
  readonly done: number;
  readonly total: number;
}

/** A file and what was wrong with it. */
export interface FileProblem {
  readonly file: string;
  readonly reason: string;
}

/** What became of a folder's files. */
export interface IngestReport {
  /** New documents and changed ones; of a dry run, those that would be sent. */
  readonly stored: number;
  readonly unchanged: number;
  readonly failed: readonly FileProblem[];
  readonly skipped: readonly FileProblem[];
  /** Ids of documents whose file is gone. */
  readonly missing: readonly string[];
  /** How many of them were deleted. */
  readonly deleted: number;
  /** Why it ended before the end. What was stored is stored: the next run goes on from there. */
  readonly stopped?: string;
}

/** Calls under way at once: hides the way to the Worker, and stays below a caller's usual limits. */
const PARALLEL_CALLS = 3;

/**
 * Makes the tenant's documents those of a folder: sends what is new or changed, tells what is gone. A file that is refused
 * does not stop the others. Running it again sends what is still to be sent.
 *
 * @throws CommandError when the folder cannot be read, the tenant cannot be asked, or deleting would remove everything.
 */
export async function ingestFolder(
  address: TenantAddress,
  options: IngestFolder,
  onProgress: (progress: IngestProgress) => void,
  signal?: AbortSignal,
): Promise<IngestReport> {
  const { folder, prefix = "", acl = [] } = options;
  const name = options.name ?? path.basename(path.resolve(folder));
  const scan = scanFolder(folder, prefix);
  const stored = await listIfAllowed(address, options, signal);
  const plan = planFolder(scan.documents, scan.ids, stored, { name, acl, sendAll: options.sendAll === true });
  if (options.deleteMissing === true) refuseToEmpty(plan, scan.ids, folder);
  const before = { skipped: scan.skipped, missing: plan.missing };
  if (options.dryRun === true) {
    const counts = { stored: plan.toSend.length, unchanged: plan.unchanged.length, deleted: 0 };
    return { ...before, ...counts, failed: plan.clashing };
  }
  const read = ({ file, docId }: LocalDocument): IngestDocument | undefined => {
    const now = readFrom(folder, file, docId);
    if (now.kind === "skipped") return undefined;
    return { ...now.document, metadata: { [FOLDER_KEY]: name }, ...(acl.length === 0 ? {} : { acl }) };
  };
  const upload = new FolderUpload(address, plan, read, onProgress, signal);
  await upload.send();
  if (options.deleteMissing === true && upload.stopped === undefined) await upload.deleteAll(plan.missing);
  return { ...before, ...upload.report() };
}

/** Without the right to search nothing is known of the tenant: everything is sent, and the Worker says what it had. */
async function listIfAllowed(
  address: TenantAddress,
  { deleteMissing }: IngestFolder,
  signal?: AbortSignal,
): Promise<readonly StoredDocument[]> {
  try {
    return await listTenantDocuments(address, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    if (deleteMissing !== true) return [];
    throw new CommandError("--delete-missing needs to know what the tenant has", {
      why: error.message,
      fix: 'use a key with the scopes "ingest" and "search"',
    });
  }
}

/** A wrong path must not cost a tenant its documents. */
function refuseToEmpty({ missing }: FolderPlan, ids: ReadonlySet<string>, folder: string): void {
  if (ids.size > 0 || missing.length === 0) return;
  throw new CommandError(
    `there is not one document in ${folder}: --delete-missing would delete all ${missing.length}`,
    {
      why: "a folder that is empty or wrong looks as if every file was removed",
      fix: "check the path; to delete them all, delete each with DELETE /documents/<id>",
    },
  );
}

/** The sending of one plan, and its tally. */
class FolderUpload {
  stopped: string | undefined;
  #stored = 0;
  #unchanged: number;
  #deleted = 0;
  #done = 0;
  readonly #failed: FileProblem[];

  constructor(
    private readonly address: TenantAddress,
    private readonly plan: FolderPlan,
    private readonly read: (document: LocalDocument) => IngestDocument | undefined,
    private readonly onProgress: (progress: IngestProgress) => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#unchanged = plan.unchanged.length;
    this.#failed = [...plan.clashing];
  }

  async send(): Promise<void> {
    const { toSend, unchanged } = this.plan;
    this.#advance(unchanged.length);
    const batches = ingestBatches(toSend).values();
    const work = async (): Promise<void> => {
      for (const batch of batches) {
        if (this.stopped !== undefined) return;
        await this.#guarded(() => this.#sendBatch(batch));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_CALLS }, work));
  }

  async deleteAll(docIds: readonly string[]): Promise<void> {
    for (const docId of docIds) {
      if (this.stopped !== undefined) return;
      await this.#guarded(async () => {
        await deleteTenantDocument(this.address, docId, this.signal);
        this.#deleted++;
      });
    }
  }

  report(): Omit<IngestReport, "skipped" | "missing"> {
    return {
      stored: this.#stored,
      unchanged: this.#unchanged,
      failed: this.#failed.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
      deleted: this.#deleted,
      ...(this.stopped === undefined ? {} : { stopped: this.stopped }),
    };
  }

  async #sendBatch(batch: readonly LocalDocument[]): Promise<void> {
    const documents = batch.map(this.read).filter((document) => document !== undefined);
    const outcome = await uploadDocuments(this.address, documents, this.signal);
    const files = new Map(batch.map(({ docId, file }) => [docId, file]));
    this.#stored += outcome.stored;
    this.#unchanged += outcome.unchanged;
    for (const { docId, reason } of outcome.failed) this.#failed.push({ file: files.get(docId) ?? docId, reason });
    this.#advance(batch.length);
  }

  /** Remembers the first failure that is not one document's: what comes after it would fail as well. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.signal?.aborted === true) this.stopped ??= "it was interrupted";
      else if (error instanceof CommandError)
        this.stopped ??= [error.message, error.hints.why].filter(Boolean).join(": ");
      else throw error;
    }
  }

  #advance(files: number): void {
    this.#done += files;
    this.onProgress({ done: this.#done, total: this.plan.toSend.length + this.plan.unchanged.length });
  }
}
