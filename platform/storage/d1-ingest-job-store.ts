import * as z from "#base/zod";

import { sliceText } from "#storage/ingest-job-slices";
import { MAX_JOBS_PAGE, type IngestJobStore, type JobRecord, type NewJob } from "#storage/ingest-job-store";
import { packJsonArrays } from "#storage/pack-json-arrays";
import { decodeTimeCursor, encodeTimeCursor } from "#storage/page-cursor";
import type { TenantId } from "#tenancy/tenant-id";

/** Jobs removed at a time: each may hold megabytes. */
const MAX_REMOVED_JOBS = 20;
/** Statements with up to 1 MB of text each that share a call. */
const MAX_TEXT_STATEMENTS = 4;

const JOB_COLUMNS = `job_id, principal_id, trace_id, run, total, created_at, updated_at,
  (SELECT count(*) FROM ingest_job_documents d WHERE d.tenant_id = j.tenant_id AND d.job_id = j.job_id AND d.state = 'waiting') AS waiting,
  (SELECT count(*) FROM ingest_job_documents d WHERE d.tenant_id = j.tenant_id AND d.job_id = j.job_id AND d.state = 'failed') AS failed`;

/** The tenant's own job, written whole. ?1 tenant, ?2 job. */
const IS_JOB = "tenant_id = ?1 AND job_id = ?2";

/** The job store in D1 (tables `ingest_jobs…`, see schema.md). The tenant is in every statement. */
export function createD1IngestJobStore(db: D1Database): IngestJobStore {
  return { ...jobReads(db), ...jobWrites(db), createJob: (tenantId, job) => createJob(tenantId, db, job) };
}

async function createJob(tenantId: TenantId, db: D1Database, job: NewJob): Promise<void> {
  const { jobId, principalId, traceId, createdAtMs, total, documents } = job;
  const bound = (sql: string, rows: string): D1PreparedStatement => db.prepare(sql).bind(tenantId, jobId, rows);
  const rows = documents.map(({ docId, part }, index) => ({ index, docId, part }));
  const slices = documents.flatMap(({ json }, index) => sliceText(json).map((text, slice) => ({ index, slice, text })));
  const texts = packJsonArrays(slices).map((packed) => bound(INSERT_TEXTS, packed));
  await db.batch([
    db
      .prepare(
        `INSERT INTO ingest_jobs (tenant_id, job_id, principal_id, trace_id, run, total, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?6)`,
      )
      .bind(tenantId, jobId, principalId, traceId, total, createdAtMs),
    ...packJsonArrays(rows).map((packed) => bound(INSERT_DOCUMENTS, packed)),
  ]);
  for (let start = 0; start < texts.length; start += MAX_TEXT_STATEMENTS)
    await db.batch(texts.slice(start, start + MAX_TEXT_STATEMENTS));
  await db.prepare(`UPDATE ingest_jobs SET run = 1 WHERE ${IS_JOB}`).bind(tenantId, jobId).run();
}

const INSERT_DOCUMENTS = `INSERT INTO ingest_job_documents (tenant_id, job_id, doc_index, doc_id, part, state)
  SELECT ?1, ?2, value ->> 'index', value ->> 'docId', value ->> 'part', 'waiting' FROM json_each(?3)`;

const INSERT_TEXTS = `INSERT INTO ingest_job_texts (tenant_id, job_id, doc_index, slice, json)
  SELECT ?1, ?2, value ->> 'index', value ->> 'slice', value ->> 'text' FROM json_each(?3)`;

type JobReads = Pick<IngestJobStore, "findJob" | "listFailed" | "listJobs" | "listWaitingParts">;

function jobReads(db: D1Database): JobReads {
  return {
    async findJob(tenantId, jobId) {
      const sql = `SELECT ${JOB_COLUMNS} FROM ingest_jobs j WHERE ${IS_JOB} AND run > 0`;
      const row = await db.prepare(sql).bind(tenantId, jobId).first();
      return row === null ? undefined : parseJob(row);
    },
    async listFailed(tenantId, jobId) {
      const sql = `SELECT doc_id, code, message FROM ingest_job_documents WHERE ${IS_JOB} AND state = 'failed' ORDER BY doc_index`;
      const { results } = await db.prepare(sql).bind(tenantId, jobId).all();
      return results.map((row) => {
        const { doc_id: docId, code, message } = failedRow.parse(row);
        return { docId, code, message };
      });
    },
    async listJobs(tenantId, { limit, cursor, failedOnly }) {
      const size = Math.min(Math.max(1, limit), MAX_JOBS_PAGE);
      const [beforeMs, beforeId] = decodeTimeCursor(cursor);
      const { results } = await db
        .prepare(
          `SELECT ${JOB_COLUMNS} FROM ingest_jobs j
           WHERE tenant_id = ?1 AND run > 0 AND (created_at, job_id) < (?2, ?3) AND (?4 = 0 OR failed > 0)
           ORDER BY created_at DESC, job_id DESC LIMIT ?5`,
        )
        .bind(tenantId, beforeMs, beforeId, failedOnly ? 1 : 0, size + 1)
        .all();
      const jobs = results.slice(0, size).map(parseJob);
      const last = jobs.at(-1);
      return results.length > size && last !== undefined
        ? { jobs, nextCursor: encodeTimeCursor(last.createdAtMs, last.jobId) }
        : { jobs };
    },
    async listWaitingParts(tenantId, jobId) {
      const sql = `SELECT DISTINCT part FROM ingest_job_documents WHERE ${IS_JOB} AND state = 'waiting' ORDER BY part`;
      const { results } = await db.prepare(sql).bind(tenantId, jobId).all();
      return results.map((row) => z.object({ part: z.int() }).parse(row).part);
    },
  };
}

type JobWrites = Pick<IngestJobStore, "takePart" | "settle" | "beginRun" | "removeJobsBefore">;

const TOUCH = `UPDATE ingest_jobs SET updated_at = ?3 WHERE ${IS_JOB}`;

function jobWrites(db: D1Database): JobWrites {
  return {
    async takePart(tenantId, jobId, part, nowMs) {
      const [, texts] = await db.batch([
        db.prepare(TOUCH).bind(tenantId, jobId, nowMs),
        db
          .prepare(
            `SELECT d.doc_index, d.doc_id, t.json FROM ingest_job_documents d
             JOIN ingest_job_texts t ON t.tenant_id = d.tenant_id AND t.job_id = d.job_id AND t.doc_index = d.doc_index
             WHERE d.tenant_id = ?1 AND d.job_id = ?2 AND d.part = ?3 AND d.state = 'waiting' ORDER BY d.doc_index, t.slice`,
          )
          .bind(tenantId, jobId, part),
      ]);
      const documents = new Map<number, { readonly index: number; readonly docId: string; json: string }>();
      for (const row of (texts?.results ?? []).map((result) => textRow.parse(result))) {
        const known = documents.get(row.doc_index);
        if (known === undefined)
          documents.set(row.doc_index, { index: row.doc_index, docId: row.doc_id, json: row.json });
        else known.json += row.json;
      }
      return [...documents.values()];
    },
    async settle(tenantId, jobId, settlements, nowMs) {
      const done = settlements.filter(({ failure }) => failure === undefined).map(({ index }) => index);
      const failed = settlements.flatMap(({ index, failure }) =>
        failure === undefined ? [] : [{ index, ...failure }],
      );
      await db.batch([
        db.prepare(TOUCH).bind(tenantId, jobId, nowMs),
        db
          .prepare(
            `DELETE FROM ingest_job_documents WHERE ${IS_JOB} AND state = 'waiting' AND doc_index IN (SELECT value FROM json_each(?3))`,
          )
          .bind(tenantId, jobId, JSON.stringify(done)),
        db
          .prepare(
            `UPDATE ingest_job_documents SET state = 'failed', code = f.value ->> 'code', message = f.value ->> 'message'
             FROM json_each(?3) f WHERE ${IS_JOB} AND state = 'waiting' AND doc_index = f.value ->> 'index'`,
          )
          .bind(tenantId, jobId, JSON.stringify(failed)),
      ]);
    },
    async beginRun(tenantId, jobId, run, { includeFailed, nowMs }) {
      const countUp = db.prepare(COUNT_RUN_UP).bind(tenantId, jobId, run, nowMs);
      const waitAgain = db.prepare(WAIT_AGAIN).bind(tenantId, jobId, run);
      const results = await db.batch(includeFailed ? [waitAgain, countUp] : [countUp]);
      const [row] = results.at(-1)?.results ?? [];
      return row === undefined ? undefined : z.object({ run: z.int() }).parse(row).run;
    },
    async removeJobsBefore(tenantId, beforeMs) {
      await db
        .prepare(
          `DELETE FROM ingest_jobs WHERE tenant_id = ?1 AND job_id IN (
             SELECT job_id FROM ingest_jobs WHERE tenant_id = ?1 AND created_at < ?2 ORDER BY created_at LIMIT ?3)`,
        )
        .bind(tenantId, beforeMs, MAX_REMOVED_JOBS)
        .run();
    },
  };
}

/** Only while the run is the one that was seen. ?1 tenant, ?2 job, ?3 run. */
const WAIT_AGAIN = `UPDATE ingest_job_documents SET state = 'waiting', code = NULL, message = NULL
  WHERE ${IS_JOB} AND EXISTS (SELECT 1 FROM ingest_jobs WHERE ${IS_JOB} AND run = ?3)`;

/** ?1 tenant, ?2 job, ?3 run, ?4 now. */
const COUNT_RUN_UP = `UPDATE ingest_jobs SET run = run + 1, updated_at = ?4 WHERE ${IS_JOB} AND run = ?3
  AND EXISTS (SELECT 1 FROM ingest_job_documents WHERE ${IS_JOB} AND state = 'waiting') RETURNING run`;

const failedRow = z.object({ doc_id: z.string(), code: z.string(), message: z.string() });
const textRow = z.object({ doc_index: z.int(), doc_id: z.string(), json: z.string() });
const jobRow = z.object({
  job_id: z.string(),
  principal_id: z.string(),
  trace_id: z.string(),
  run: z.int(),
  total: z.int(),
  created_at: z.int(),
  updated_at: z.int(),
  waiting: z.int(),
  failed: z.int(),
});

function parseJob(value: unknown): JobRecord {
  const row = jobRow.parse(value);
  return {
    jobId: row.job_id,
    principalId: row.principal_id,
    traceId: row.trace_id,
    run: row.run,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
    total: row.total,
    waiting: row.waiting,
    failed: row.failed,
  };
}
