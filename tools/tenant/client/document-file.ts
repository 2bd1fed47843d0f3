import { createHash } from "node:crypto";

/** Longest document the API takes, in bytes of UTF-8. */
export const MAX_DOCUMENT_BYTES = 5 * 1024 * 1024;
const MAX_DOC_ID_LENGTH = 200;
const EXTENSIONS = [".md", ".markdown", ".txt"];

/** A document as `POST /ingest` takes it. */
export interface IngestDocument {
  readonly docId: string;
  readonly text: string;
  readonly title: string;
  readonly source: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Labels of those who may see it. */
  readonly acl?: readonly string[];
}

/** What became of a file: a document, or the reason why it is left out. */
export type DocumentFile =
  | { readonly kind: "document"; readonly document: IngestDocument; readonly bytes: number }
  | { readonly kind: "skipped"; readonly file: string; readonly reason: string };

/** Whether a file is one that `--ingest` reads. */
export function isDocumentFile(file: string): boolean {
  return EXTENSIONS.some((extension) => file.toLowerCase().endsWith(extension));
}

/** Turns the bytes of a file into a document. Pure. `file` is relative to the ingested folder, with "/". */
export function readDocument(file: string, docId: string, bytes: Uint8Array): DocumentFile {
  const skip = (reason: string): DocumentFile => ({ kind: "skipped", file, reason });
  if (bytes.length > MAX_DOCUMENT_BYTES) return skip(`larger than ${MAX_DOCUMENT_BYTES / 1024 / 1024} MiB`);
  const text = decodeText(bytes);
  if (text === undefined) return skip("not UTF-8 text");
  if (text.trim() === "") return skip("empty");
  return { kind: "document", bytes: bytes.length, document: { docId, text, title: titleOf(file, text), source: file } };
}

/**
 * A document id per file: its path, with every character that the API does not take as "-".
 * Two files never share an id: where the plain form would, or is too long, a digest of the path is added.
 */
export function documentIds(files: readonly string[]): Map<string, string> {
  const plain = files.map(plainId);
  const counts = Map.groupBy(plain, (id) => id);
  return new Map(
    files.map((file, index) => {
      const id = plain[index] ?? "";
      const isUnique = counts.get(id)?.length === 1 && id.length <= MAX_DOC_ID_LENGTH && id !== "";
      return [file, isUnique ? id : withDigest(id, file)];
    }),
  );
}

function plainId(file: string): string {
  return file.normalize("NFC").replace(/[^A-Za-z0-9._:/@-]+/g, "-");
}

function withDigest(id: string, file: string): string {
  const digest = createHash("sha256").update(file).digest("hex").slice(0, 12);
  return `${id.slice(-(MAX_DOC_ID_LENGTH - digest.length - 1))}@${digest}`;
}

function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    // `fatal` throws a TypeError at the first invalid byte.
    return undefined;
  }
}

/** The first heading outside a code block, else the file's name. */
function titleOf(file: string, text: string): string {
  const name = file.split("/").at(-1) ?? file;
  if (file.toLowerCase().endsWith(".txt")) return name;
  let isInCode = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^ {0,3}(```|~~~)/.test(line)) isInCode = !isInCode;
    const heading = isInCode ? undefined : /^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$/.exec(line)?.[1];
    if (heading !== undefined) return heading.slice(0, 200);
  }
  return name;
}
