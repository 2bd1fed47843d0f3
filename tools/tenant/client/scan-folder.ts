import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { CommandError } from "#tools/command/command-line";
import {
  documentIds,
  isDocumentFile,
  MAX_DOCUMENT_BYTES,
  readDocument,
  type DocumentFile,
} from "#tools/tenant/client/document-file";
import type { LocalDocument } from "#tools/tenant/client/plan-folder";

/** Never entered: not a person's documents. */
const IGNORED_FOLDERS = new Set(["node_modules", "bazel-out"]);

/** What was found in a folder. */
export interface FolderScan {
  readonly documents: readonly LocalDocument[];
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  /** Ids of all files, the skipped ones too. */
  readonly ids: ReadonlySet<string>;
}

/** Reads every Markdown and text file below a folder, one at a time. @throws CommandError when the folder cannot be read. */
export function scanFolder(folder: string, prefix: string): FolderScan {
  const files = findDocumentFiles(folder);
  const ids = documentIds(files.map((file) => `${prefix}${file}`));
  const documents: LocalDocument[] = [];
  const skipped: { file: string; reason: string }[] = [];
  for (const file of files) {
    const docId = ids.get(`${prefix}${file}`) ?? file;
    const read = readFrom(folder, file, docId);
    if (read.kind === "skipped") skipped.push({ file: read.file, reason: read.reason });
    else {
      const { text, title } = read.document;
      const contentHash = createHash("sha256").update(text).digest("hex");
      documents.push({ file, docId, bytes: read.bytes, contentHash, title });
    }
  }
  return { documents, skipped, ids: new Set(ids.values()) };
}

/** Reads one file as a document. */
export function readFrom(folder: string, file: string, docId: string): DocumentFile {
  const full = path.join(folder, file);
  // An oversized file is not read at all; `readDocument` says the same of its size.
  const bytes = statSync(full).size > MAX_DOCUMENT_BYTES ? new Uint8Array(MAX_DOCUMENT_BYTES + 1) : readFileSync(full);
  return readDocument(file, docId, bytes);
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
      fix: "name a folder that exists",
    });
  }
}

/** Follows a link to a file; a link to a folder is left out, so that no circle can be made. */
function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
