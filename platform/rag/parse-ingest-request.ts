import type * as z from "#base/zod";

import { PlatformError } from "#base/errors";
import { ingestBatchSchema, ingestDocumentSchema, type IngestDocument } from "#rag/ingest-request";

/**
 * Reads the body of `POST /ingest` into its documents. Says which field is wrong, where the union of both shapes
 * could only say that neither fits. Errors: `invalid_request`.
 */
export function parseIngestRequest(body: unknown): readonly IngestDocument[] {
  const hasList = typeof body === "object" && body !== null && Object.hasOwn(body, "documents");
  if (!hasList) {
    const single = ingestDocumentSchema.safeParse(body);
    if (single.success) return [single.data];
    throw refusal(single.error.issues);
  }
  const list = ingestBatchSchema.safeParse(body);
  if (!list.success) throw refusal(list.error.issues);
  refuseRepeatedIds(list.data.documents);
  return list.data.documents;
}

function refuseRepeatedIds(documents: readonly IngestDocument[]): void {
  const seen = new Map<string, number>();
  for (const [index, { docId }] of documents.entries()) {
    const earlier = seen.get(docId);
    if (earlier !== undefined) {
      throw new PlatformError("invalid_request", undefined, {
        details: [
          { field: `documents.${index}.docId`, message: `repeats documents.${earlier}.docId: send each document once` },
        ],
      });
    }
    seen.set(docId, index);
  }
}

function refusal(issues: readonly z.core.$ZodIssue[]): PlatformError {
  return new PlatformError("invalid_request", undefined, {
    details: issues.map((issue) => ({ field: issue.path.map(String).join(".") || "(body)", message: issue.message })),
  });
}
