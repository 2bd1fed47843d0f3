import { sha256Hex } from "#base/digest";
import { PlatformError } from "#base/errors";
import { chunkText, type Chunking } from "#rag/chunk-text";
import { MAX_DOCUMENT_BYTES, sizeRangeOf, type IngestDocument } from "#rag/ingest-request";
import { utf8Length } from "#rag/measure-text";
import type { RagSettings } from "#rag/rag-services";
import type { ChunkRecord, DocumentRecord } from "#storage/document-record";
import type { DocumentState, PlannedVector, ReusableVector } from "#storage/document-store";
import { makeVectorId } from "#storage/vector-id";
import type { TenantId } from "#tenancy/tenant-id";

/** Most chunks of one document. */
export const MAX_CHUNKS_PER_DOCUMENT = 10_000;

/** Counted up when chunking or what is embedded changes, so that every document is indexed anew when it is next sent. */
const INDEXING_REVISION = 1;

/** A document measured and digested: enough to tell whether it changed. */
export interface DigestedDocument {
  readonly input: IngestDocument;
  readonly chunking: Chunking;
  readonly contentHash: string;
  readonly fingerprint: string;
  readonly bytes: number;
}

/** A vector that has to be made. */
export interface VectorToEmbed extends PlannedVector {
  readonly text: string;
}

/** The new version of a document, ready to be embedded and written. */
export interface DocumentPlan {
  readonly base: DocumentRecord | undefined;
  readonly document: DocumentRecord;
  readonly chunks: readonly ChunkRecord[];
  readonly toEmbed: readonly VectorToEmbed[];
}

/** In the order given. Errors: `payload_too_large` for a long text, `invalid_request` for a chunking that cannot be. */
export async function digestDocuments(
  inputs: readonly IngestDocument[],
  settings: RagSettings,
): Promise<readonly DigestedDocument[]> {
  const digested: DigestedDocument[] = [];
  for (const input of inputs) digested.push(await digestDocument(input, settings));
  return digested;
}

async function digestDocument(input: IngestDocument, settings: RagSettings): Promise<DigestedDocument> {
  const bytes = utf8Length(input.text);
  if (bytes > MAX_DOCUMENT_BYTES) {
    throw new PlatformError("payload_too_large", "A document is too large.", {
      details: [
        {
          field: "text",
          message: `document ${input.docId} has ${bytes} bytes of text, at most ${MAX_DOCUMENT_BYTES} are taken: divide it`,
        },
      ],
    });
  }
  const chunking = resolveChunking(input, settings);
  const contentHash = await sha256Hex(input.text);
  const { docId, title, source, url, metadata, acl } = input;
  const decisive = [
    INDEXING_REVISION,
    docId,
    contentHash,
    title,
    source,
    url,
    sortedEntries(metadata),
    acl,
    chunking,
    settings.embeddingModel,
  ];
  return { input, chunking, contentHash, fingerprint: await sha256Hex(JSON.stringify(decisive)), bytes };
}

/**
 * Whether a document is there as it was sent, with nothing left to do. Where another version was begun and not ended, it is
 * stored once more, from the vectors it has: that is what clears the rest of the other one away.
 */
export function isStored({ fingerprint }: DigestedDocument, state: DocumentState | undefined): boolean {
  return state?.document?.fingerprint === fingerprint && !state.hasPendingVectors;
}

/** Cuts a document and decides for each chunk whether a live vector of the same text can be kept. */
export async function planDocument(
  tenantId: TenantId,
  digested: DigestedDocument,
  base: DocumentRecord | undefined,
  liveVectors: readonly ReusableVector[],
  { embeddingModel, nowMs }: { readonly embeddingModel: string; readonly nowMs: number },
): Promise<DocumentPlan> {
  const { input } = digested;
  const pieces = chunkText(input.text, digested.chunking);
  if (pieces.length > MAX_CHUNKS_PER_DOCUMENT) throw tooManyChunks(input.docId, pieces.length);
  const version = (base?.version ?? 0) + 1;
  const reusable = groupByHash(liveVectors);
  const toEmbed: VectorToEmbed[] = [];
  const chunks: ChunkRecord[] = [];
  for (const [index, piece] of pieces.entries()) {
    const text = embeddedText(input.title, piece.context, piece.text);
    const embeddingHash = await sha256Hex(JSON.stringify([embeddingModel, text]));
    const kept = reusable.get(embeddingHash)?.pop();
    const chunkId = kept ?? (await makeVectorId(tenantId, { docId: input.docId, version, index, embeddingHash }));
    if (kept === undefined) toEmbed.push({ vectorId: chunkId, docId: input.docId, version, embeddingHash, text });
    chunks.push({ ...piece, chunkId, index, embeddingHash });
  }
  return { base, document: toRecord(digested, version, chunks.length, base, nowMs), chunks, toEmbed };
}

function toRecord(
  digested: DigestedDocument,
  version: number,
  chunks: number,
  base: DocumentRecord | undefined,
  nowMs: number,
): DocumentRecord {
  const { docId, title, source, url, metadata, acl } = digested.input;
  return {
    docId,
    version,
    contentHash: digested.contentHash,
    fingerprint: digested.fingerprint,
    ...(title === undefined ? {} : { title }),
    ...(source === undefined ? {} : { source }),
    ...(url === undefined ? {} : { url }),
    metadata: metadata ?? {},
    acl: acl ?? [],
    chunks,
    bytes: digested.bytes,
    createdAtMs: base?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  };
}

/** What the embedding model reads: a passage alone often does not say what it is about. */
function embeddedText(title: string | undefined, context: string, text: string): string {
  const about = [title, context].filter((part) => part !== undefined && part !== "").join(" > ");
  return about === "" ? text : `${about}\n${text}`;
}

function groupByHash(vectors: readonly ReusableVector[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { vectorId, embeddingHash } of vectors) {
    const group = groups.get(embeddingHash);
    if (group === undefined) groups.set(embeddingHash, [vectorId]);
    else group.push(vectorId);
  }
  return groups;
}

function resolveChunking(input: IngestDocument, settings: RagSettings): Chunking {
  const asked = input.chunking ?? {};
  const unit = asked.unit ?? settings.chunking.unit;
  const range = sizeRangeOf(unit);
  // Another unit makes the tenant's own numbers meaningless: they are fitted into the unit's range.
  const size = asked.size ?? Math.min(Math.max(settings.chunking.size, range.min), range.max);
  const overlap = asked.overlap ?? defaultOverlap(settings.chunking, { unit, size });
  if (size < range.min || size > range.max)
    throw badChunking(input.docId, "size", `${range.min} to ${range.max} ${unit}`);
  if (overlap * 2 >= size) throw badChunking(input.docId, "overlap", `below half of size, which is ${size}`);
  return { strategy: asked.strategy ?? settings.chunking.strategy, unit, size, overlap };
}

/** The tenant's own overlap for the tenant's own size; for another size no more than an eighth of it. */
function defaultOverlap(own: Chunking, { unit, size }: Pick<Chunking, "unit" | "size">): number {
  return own.unit === unit && own.size === size ? own.overlap : Math.min(own.overlap, Math.floor(size / 8));
}

function badChunking(docId: string, field: string, rule: string): PlatformError {
  return new PlatformError("invalid_request", undefined, {
    details: [{ field: `chunking.${field}`, message: `must be ${rule} (document ${docId})` }],
  });
}

function tooManyChunks(docId: string, count: number): PlatformError {
  return new PlatformError("invalid_request", undefined, {
    details: [
      {
        field: "chunking.size",
        message: `cuts document ${docId} into ${count} chunks, at most ${MAX_CHUNKS_PER_DOCUMENT} are stored: choose a larger size`,
      },
    ],
  });
}

function sortedEntries(metadata: IngestDocument["metadata"]): readonly (readonly [string, unknown])[] {
  return Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
