import * as z from "#base/zod";

import { parseInput } from "#http/read-input";
import { defineRoute } from "#http/route";
import { isJobSized, submitJob } from "#ingest-jobs/submit-job";
import { ingestDocuments } from "#rag/ingest-documents";
import { ingestBatchSchema, ingestDocumentSchema } from "#rag/ingest-request";
import { parseIngestRequest } from "#rag/parse-ingest-request";
import { collectSearch, searchKnowledge } from "#rag/search-knowledge";
import { searchRequestSchema } from "#rag/search-request";
import { knowledgeCall } from "#worker/routes/knowledge-call";
import { knownFields } from "#worker/routes/known-fields";
import type { Services } from "#worker/services";

const SEARCH_FIELDS = Object.keys(searchRequestSchema.shape);
const DOCUMENT_FIELDS = Object.keys(ingestDocumentSchema.shape);

/** `POST /api/search`: passages only, in the shape of the older contract. */
export const olderSearchRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/api/search",
    operationId: "searchOlder",
    summary: "Passages for a query, as the older contract has them; new clients use POST /search",
    tag: "knowledge",
    access: "search",
    body: searchRequestSchema,
    parseBody: (value) => parseInput(searchRequestSchema, knownFields(value, SEARCH_FIELDS), ""),
    bodyLimit: "standard",
    bareResponse: z.object({
      cached: z.boolean(),
      matches: z.array(z.object({ id: z.string(), score: z.number(), metadata: z.record(z.string(), z.unknown()) })),
    }),
  },
  async (context, { body }) => {
    const { tenant, services } = context;
    const call = {
      ...knowledgeCall(context),
      request: { ...body, mode: "retrieve" as const, stream: false },
      isCacheBypassed: false,
    };
    const result = await collectSearch(searchKnowledge(tenant.tenantId, services.knowledge(tenant), call));
    const matches = result.sources.map(({ chunkId, score, docId, title, url, source, text, metadata }) => ({
      id: chunkId,
      score,
      metadata: { ...metadata, docId, title, url, source, text },
    }));
    return Response.json({ cached: result.why.cache.hit, matches });
  },
);

/** `POST /api/ingest`: stores documents, and says how many, as the older contract does. */
export const olderIngestRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/api/ingest",
    operationId: "ingestOlder",
    summary: "Store documents, as the older contract does it; new clients use POST /ingest",
    tag: "knowledge",
    access: "ingest",
    flag: "ingestion",
    body: ingestBatchSchema,
    parseBody: parseOlderIngest,
    bodyLimit: "ingest",
    bareResponse: z.object({ ok: z.literal(true), count: z.int() }),
  },
  async (context, { body: documents }) => {
    const { tenant, services } = context;
    const call = { ...knowledgeCall(context), documents };
    if (isJobSized(documents)) await submitJob(tenant.tenantId, services.ingestJobs(tenant), call);
    else await ingestDocuments(tenant.tenantId, services.knowledge(tenant), call);
    return Response.json({ ok: true, count: documents.length });
  },
);

function parseOlderIngest(value: unknown): ReturnType<typeof parseIngestRequest> {
  const { documents } = parseInput(z.object({ documents: z.array(z.unknown()) }), value, "");
  return parseIngestRequest({ documents: documents.map((document) => knownFields(document, DOCUMENT_FIELDS)) });
}
