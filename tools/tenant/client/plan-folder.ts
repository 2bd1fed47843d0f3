import type { StoredDocument } from "#tools/tenant/client/tenant-documents";

/** Key of the metadata that tells which folder a document came from. */
export const FOLDER_KEY = "folder";

/** A file that can be a document, without its text. */
export interface LocalDocument {
  /** Path below the folder, with "/". */
  readonly file: string;
  readonly docId: string;
  /** Size of the text in UTF-8 bytes. */
  readonly bytes: number;
  /** SHA-256 of the text, hex. */
  readonly contentHash: string;
  readonly title: string;
}

/** What an upload will do. */
export interface FolderPlan {
  readonly toSend: readonly LocalDocument[];
  readonly unchanged: readonly LocalDocument[];
  /** Files whose id belongs to a document of another folder. */
  readonly clashing: readonly { readonly file: string; readonly reason: string }[];
  /** Ids of documents that came from this folder and whose file is gone. */
  readonly missing: readonly string[];
}

export interface PlanOptions {
  /** Name of the folder, as its documents carry it. */
  readonly name: string;
  readonly acl: readonly string[];
  /** Send unchanged documents too. */
  readonly sendAll: boolean;
}

/**
 * Compares a folder with what the tenant has. Pure.
 *
 * @param ids ids of every file of the folder, also of those that cannot be read: they are not gone
 */
export function planFolder(
  local: readonly LocalDocument[],
  ids: ReadonlySet<string>,
  stored: readonly StoredDocument[],
  options: PlanOptions,
): FolderPlan {
  const byId = new Map(stored.map((document) => [document.docId, document]));
  const toSend: LocalDocument[] = [];
  const unchanged: LocalDocument[] = [];
  const clashing: { file: string; reason: string }[] = [];
  for (const document of local) {
    const known = byId.get(document.docId);
    const owner = known?.metadata[FOLDER_KEY];
    if (typeof owner === "string" && owner !== options.name) {
      clashing.push({
        file: document.file,
        reason: `the document ${document.docId} came from the folder "${owner}": give this one ids of its own with --prefix`,
      });
    } else if (known !== undefined && !options.sendAll && isSame(document, known, options)) unchanged.push(document);
    else toSend.push(document);
  }
  const missing = stored
    .filter(({ docId, metadata }) => metadata[FOLDER_KEY] === options.name && !ids.has(docId))
    .map(({ docId }) => docId);
  return { toSend, unchanged, clashing, missing };
}

function isSame(local: LocalDocument, stored: StoredDocument, { name, acl }: PlanOptions): boolean {
  return (
    stored.contentHash === local.contentHash &&
    stored.title === local.title &&
    stored.source === local.file &&
    stored.metadata[FOLDER_KEY] === name &&
    JSON.stringify(stored.acl.toSorted()) === JSON.stringify(acl.toSorted())
  );
}
