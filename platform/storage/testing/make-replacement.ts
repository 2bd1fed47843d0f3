import type { DocumentMetadata } from "#storage/document-record";
import type { DocumentReplacement } from "#storage/document-store";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

/** The two tenants that contract suites use. They share whatever lies below the store. */
export const acme = tenantIdSchema.parse("acme");
export const acmeLabs = tenantIdSchema.parse("acme-labs");

/** A reader without labels. */
export const noLabels: ReadonlySet<string> = new Set();

/** What a replacement is made from in tests. */
export interface ReplacementInput {
  readonly docId?: string;
  readonly texts: readonly string[];
  readonly version?: number;
  readonly base?: DocumentReplacement["base"];
  readonly title?: string;
  readonly source?: string;
  readonly metadata?: DocumentMetadata;
  readonly acl?: readonly string[];
}

/** A replacement whose chunks stand one after the other; fingerprint and hashes come from the texts. */
export function makeReplacement(input: ReplacementInput): DocumentReplacement {
  const { docId = "guide", texts, version = 1, base, title, source, metadata = {}, acl = [] } = input;
  let at = 0;
  const chunks = texts.map((text, index) => {
    const start = at;
    at += text.length;
    const chunkId = `${docId}-${version}-${index}`;
    return { chunkId, index, context: "", text, start, end: at, startByte: start, endByte: at, embeddingHash: text };
  });
  const document = {
    docId,
    version,
    contentHash: texts.join(""),
    fingerprint: JSON.stringify([texts, title, source, metadata, acl]),
    ...(title === undefined ? {} : { title }),
    ...(source === undefined ? {} : { source }),
    metadata,
    acl,
    chunks: chunks.length,
    bytes: at,
    createdAtMs: 1_000,
    updatedAtMs: 1_000 + version,
  };
  return { base, document, chunks };
}
