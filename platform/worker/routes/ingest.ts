import * as z from "#base/zod";

import { envelope } from "#http/envelope";
import { defineRoute } from "#http/route";
import { jobResponseSchema, listJobsResponseSchema } from "#ingest-jobs/job-response";
import { listJobs, readJob, retryJob } from "#ingest-jobs/read-job";
import { isJobSized, submitJob } from "#ingest-jobs/submit-job";
import { ingestDocuments } from "#rag/ingest-documents";
import { ingestRequestSchema, ingestResponseSchema } from "#rag/ingest-request";
import { parseIngestRequest } from "#rag/parse-ingest-request";
import { MAX_JOBS_PAGE } from "#storage/ingest-job-store";
import { knowledgeCall } from "#worker/routes/knowledge-call";
import type { Services } from "#worker/services";

const jobParams = z.strictObject({ jobId: z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/)) });

/** `POST /ingest`: stores documents so that they can be searched, large input as a job. */
export const ingestRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/ingest",
    operationId: "ingest",
    summary:
      "Store one document or several; one that is there already is replaced, an unchanged one costs nothing. More than 256 KiB of text becomes a job",
    tag: "knowledge",
    access: "ingest",
    flag: "ingestion",
    body: ingestRequestSchema,
    parseBody: parseIngestRequest,
    bodyLimit: "ingest",
    response: ingestResponseSchema,
    accepted: jobResponseSchema,
  },
  async (context, { body: documents }) => {
    const { tenant, services, traceId } = context;
    const { tenantId } = tenant;
    const call = { ...knowledgeCall(context), documents };
    if (!isJobSized(documents))
      return envelope(traceId, await ingestDocuments(tenantId, services.knowledge(tenant), call));
    const job = await submitJob(tenantId, services.ingestJobs(tenant), call);
    return envelope(traceId, job, { status: 202, headers: { location: `/ingest/${job.jobId}` } });
  },
);

/** `GET /ingest`: the tenant's jobs; `?failed=true` for the dead letters. */
export const listJobsRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/ingest",
    operationId: "listIngestJobs",
    summary:
      "The tenant's ingest jobs, latest first; with failed=true those that hold documents which could not be stored",
    tag: "knowledge",
    access: "ingest",
    query: z.strictObject({
      limit: z._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(MAX_JOBS_PAGE)), 20),
      cursor: z.optional(z.string().check(z.maxLength(1_000))),
      failed: z._default(z.enum(["true", "false"]), "false"),
    }),
    response: listJobsResponseSchema,
  },
  async ({ tenant, services, traceId }, { query: { limit, cursor, failed } }) => {
    const page = { limit, failedOnly: failed === "true", ...(cursor === undefined ? {} : { cursor }) };
    return envelope(traceId, await listJobs(tenant.tenantId, services.ingestJobs(tenant), page));
  },
);

/** `GET /ingest/:jobId`: how far a job has come, and what could not be stored. */
export const readJobRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/ingest/:jobId",
    operationId: "readIngestJob",
    summary: "How far an ingest job has come, with the documents that could not be stored and why",
    tag: "knowledge",
    access: "ingest",
    params: jobParams,
    response: jobResponseSchema,
  },
  async ({ tenant, services, traceId }, { params: { jobId } }) =>
    envelope(traceId, await readJob(tenant.tenantId, services.ingestJobs(tenant), jobId)),
);

/** `POST /ingest/:jobId/retry`: tries the failed documents of a job again. */
export const retryJobRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/ingest/:jobId/retry",
    operationId: "retryIngestJob",
    summary: "Try the documents of an ingest job that could not be stored again",
    tag: "knowledge",
    access: "ingest",
    flag: "ingestion",
    params: jobParams,
    accepted: jobResponseSchema,
  },
  async ({ tenant, services, traceId }, { params: { jobId } }) =>
    envelope(traceId, await retryJob(tenant.tenantId, services.ingestJobs(tenant), jobId), { status: 202 }),
);
