import * as z from "#base/zod";

import { callTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";
import { withRetries } from "#tools/tenant/client/with-retries";

/** Most documents of one page of `GET /documents`. */
const PAGE_SIZE = 200;

const storedDocumentSchema = z.object({
  docId: z.string(),
  /** SHA-256 of the text, hex. */
  contentHash: z.string(),
  title: z.optional(z.string()),
  source: z.optional(z.string()),
  metadata: z.record(z.string(), z.unknown()),
  acl: z._default(z.array(z.string()), []),
});

/** What the tenant has of a document, without its text. */
export type StoredDocument = z.infer<typeof storedDocumentSchema>;

const pageSchema = z.object({ documents: z.array(storedDocumentSchema), nextCursor: z.optional(z.string()) });

/** All documents of the tenant, by id. @throws ApiError 403 when the key may not search. */
export async function listTenantDocuments(address: TenantAddress, signal?: AbortSignal): Promise<StoredDocument[]> {
  const documents: StoredDocument[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...(cursor === undefined ? {} : { cursor }) });
    const call = (): Promise<unknown> => callTenant(address, "GET", `/documents?${query.toString()}`);
    const page = pageSchema.parse(await withRetries(call, { signal, isFirst: cursor === undefined }));
    documents.push(...page.documents);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return documents;
}

/** Deletes a document of the tenant. One that is gone already is fine. */
export async function deleteTenantDocument(address: TenantAddress, docId: string, signal?: AbortSignal): Promise<void> {
  await withRetries(() => callTenant(address, "DELETE", `/documents/${encodeURIComponent(docId)}`), {
    signal,
    accepted: [404],
  });
}
