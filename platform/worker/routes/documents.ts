import * as z from "#base/zod";

import { envelope } from "#http/envelope";
import { defineRoute } from "#http/route";
import { deleteDocument } from "#rag/delete-document";
import {
  deleteDocumentResponseSchema,
  documentDetailSchema,
  listDocumentsResponseSchema,
} from "#rag/documents-response";
import { docIdSchema } from "#rag/ingest-request";
import { getDocument, listDocuments } from "#rag/list-documents";
import type { Services } from "#worker/services";

/** A docId may hold "/", so it takes the rest of the path; `%2F` works as well. */
const DOCUMENT_PATH = "/documents/:docId{.+}";
const documentParams = z.strictObject({ docId: docIdSchema });

/** `GET /documents`: the tenant's documents, by id. */
export const listDocumentsRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/documents",
    operationId: "listDocuments",
    summary: "Those of the tenant's documents that the caller may read, by id",
    tag: "knowledge",
    access: "search",
    query: z.strictObject({
      limit: z._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(200)), 50),
      cursor: z.optional(z.string().check(z.maxLength(1_000))),
    }),
    response: listDocumentsResponseSchema,
  },
  async ({ tenant, services, principal, traceId }, { query: { limit, cursor } }) => {
    const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
    return envelope(traceId, await listDocuments(tenant.tenantId, services.knowledge(tenant), page, principal.acl));
  },
);

/** `GET /documents/:docId`: one document with its chunks. */
export const getDocumentRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: DOCUMENT_PATH,
    operationId: "getDocument",
    summary: "One document with its chunks",
    tag: "knowledge",
    access: "search",
    params: documentParams,
    response: documentDetailSchema,
  },
  async ({ tenant, services, principal, traceId }, { params }) =>
    envelope(traceId, await getDocument(tenant.tenantId, services.knowledge(tenant), params.docId, principal.acl)),
);

/** `DELETE /documents/:docId`: removes a document with its chunks and vectors. */
export const deleteDocumentRoute = defineRoute<Services>()(
  {
    method: "DELETE",
    path: DOCUMENT_PATH,
    operationId: "deleteDocument",
    summary: "Remove a document with all its chunks and vectors",
    tag: "knowledge",
    access: "ingest",
    params: documentParams,
    response: deleteDocumentResponseSchema,
  },
  async ({ tenant, services, principal, traceId }, { params }) =>
    envelope(traceId, await deleteDocument(tenant.tenantId, services.knowledge(tenant), params.docId, principal.acl)),
);
