import { makeReplacement } from "#storage/testing/make-replacement";
import {
  auditEntry,
  IDS,
  jobTimeMs,
  KEY,
  NEIGHBOURS_WORD,
  NO_LABELS,
  type Stores,
  VALUES,
  vectorIdOf,
} from "#tests/security/stores";
import type { TenantId } from "#tenancy/tenant-id";

/** A call of an adapter with ids that more than one tenant uses. Gives what the caller learns. */
export type StorageCall = (tenantId: TenantId, stores: Stores) => Promise<unknown>;

const LABELS: ReadonlySet<string> = new Set([IDS.label]);
const planned = { docId: IDS.docId, vectorId: "left-over", version: 2, embeddingHash: "hash" };
const everything = { filter: {}, acl: NO_LABELS };
/** Scores are counted over the whole table: see schema.md. */
const withoutScores = (hits: readonly { readonly chunk: unknown }[]): unknown => hits.map(({ chunk }) => chunk);

/** A call of each function of each adapter, by `store.function`. */
export const STORAGE_CALLS: ReadonlyMap<string, StorageCall> = new Map<string, StorageCall>([
  [
    "documents.findStates",
    (tenantId, { documents }) => documents.findStates(tenantId, [IDS.docId, "pending", "waits"]),
  ],
  ["documents.findDocument", (tenantId, { documents }) => documents.findDocument(tenantId, IDS.docId, NO_LABELS)],
  [
    "documents.findDocument with a label",
    (tenantId, { documents }) => documents.findDocument(tenantId, "closed", LABELS),
  ],
  ["documents.listChunks", (tenantId, { documents }) => documents.listChunks(tenantId, IDS.docId, LABELS)],
  ["documents.listDocuments", (tenantId, { documents }) => documents.listDocuments(tenantId, { limit: 100 }, LABELS)],
  [
    "documents.listLiveVectors",
    async (tenantId, { documents }) => [...(await documents.listLiveVectors(tenantId, [IDS.docId]))],
  ],
  ["documents.planVectors", (tenantId, { documents }) => documents.planVectors(tenantId, [planned])],
  ["documents.dismissVectors", (tenantId, { documents }) => documents.dismissVectors(tenantId, [planned])],
  [
    "documents.replaceDocuments",
    async (tenantId, { documents }) => {
      const base = await documents.findDocument(tenantId, IDS.docId, NO_LABELS);
      // Of a version to come: it lives with its own chunk only, whatever chunk of that name a neighbour has.
      await documents.planVectors(tenantId, [{ ...planned, vectorId: "guide-1-1", version: 3 }]);
      return documents.replaceDocuments(tenantId, [
        makeReplacement({ texts: ["a new turbine"], version: 2, base }),
        { ...makeReplacement({ docId: "waits", texts: ["a turbine"] }), supersedesBeforeMs: 10_000 },
      ]);
    },
  ],
  [
    "documents.replaceDocuments of a job",
    (tenantId, { documents }) =>
      documents.replaceDocuments(tenantId, [
        { ...makeReplacement({ docId: "waits", texts: ["a turbine"] }), claim: { jobId: IDS.jobId, index: 2 } },
      ]),
  ],
  [
    "documents.replaceDocuments of a job that waits for it no longer",
    async (tenantId, { documents, jobs }) => {
      await jobs.settle(tenantId, IDS.jobId, [{ index: 2 }], 9_000);
      return documents.replaceDocuments(tenantId, [
        { ...makeReplacement({ docId: "waits", texts: ["a turbine"] }), claim: { jobId: IDS.jobId, index: 2 } },
      ]);
    },
  ],
  [
    "documents.supersedeInJobs before the job",
    (tenantId, { documents }) =>
      documents.supersedeInJobs(tenantId, [IDS.docId, "waits"], jobTimeMs(NEIGHBOURS_WORD) + 5),
  ],
  [
    "documents.supersedeInJobs",
    (tenantId, { documents }) => documents.supersedeInJobs(tenantId, [IDS.docId, "waits"], 10_000),
  ],
  ["documents.removeDocument", (tenantId, { documents }) => documents.removeDocument(tenantId, IDS.docId, NO_LABELS)],
  [
    "documents.removeDocument with a label",
    (tenantId, { documents }) => documents.removeDocument(tenantId, "closed", LABELS),
  ],
  ["documents.listDoomedVectors", (tenantId, { documents }) => documents.listDoomedVectors(tenantId)],
  [
    "documents.listDoomedVectors of documents",
    (tenantId, { documents }) => documents.listDoomedVectors(tenantId, [IDS.docId, IDS.goneDocId]),
  ],
  [
    "documents.forgetDoomedVectors",
    (tenantId, { documents }) => documents.forgetDoomedVectors(tenantId, ["left-over", "gone-1-0"]),
  ],
  [
    "documents.searchText",
    async (tenantId, { documents }) => withoutScores(await documents.searchText(tenantId, "turbine", 100, everything)),
  ],
  [
    "documents.searchText with a label and a filter",
    async (tenantId, { documents }) =>
      withoutScores(
        await documents.searchText(tenantId, "turbine", 100, {
          filter: { docIds: [IDS.docId, "closed"] },
          acl: LABELS,
        }),
      ),
  ],
  [
    "documents.findChunks",
    (tenantId, { documents }) => documents.findChunks(tenantId, [IDS.chunkId, "closed-1-0"], LABELS),
  ],
  ["documents.corpusVersion", (tenantId, { documents }) => documents.corpusVersion(tenantId)],

  ["jobs.createJob", (tenantId, { jobs }) => jobs.createJob(tenantId, { ...NEW_JOB, jobId: "new" })],
  ["jobs.findJob", (tenantId, { jobs }) => jobs.findJob(tenantId, IDS.jobId)],
  ["jobs.findJob that has failed", (tenantId, { jobs }) => jobs.findJob(tenantId, IDS.failedJobId)],
  ["jobs.listFailed", (tenantId, { jobs }) => jobs.listFailed(tenantId, IDS.failedJobId)],
  ["jobs.listJobs", (tenantId, { jobs }) => jobs.listJobs(tenantId, { limit: 100, failedOnly: false })],
  ["jobs.listWaitingParts", (tenantId, { jobs }) => jobs.listWaitingParts(tenantId, IDS.jobId)],
  ["jobs.takePart", (tenantId, { jobs }) => jobs.takePart(tenantId, IDS.jobId, 0, 9_000)],
  ["jobs.settle", (tenantId, { jobs }) => jobs.settle(tenantId, IDS.jobId, SETTLEMENTS, 9_000)],
  [
    "jobs.beginRun",
    (tenantId, { jobs }) => jobs.beginRun(tenantId, IDS.jobId, 1, { includeFailed: false, nowMs: 9_000 }),
  ],
  [
    "jobs.beginRun of what has failed",
    (tenantId, { jobs }) => jobs.beginRun(tenantId, IDS.failedJobId, 1, { includeFailed: true, nowMs: 9_000 }),
  ],
  ["jobs.removeJobsBefore", (tenantId, { jobs }) => jobs.removeJobsBefore(tenantId, 1_000_000)],

  [
    "sessions.record",
    (tenantId, { sessions }) =>
      sessions.record(tenantId, "key_0000000000000009", {
        ...{ sessionId: IDS.sessionId, title: "Of another", messageCount: 99, createdAtMs: 1, updatedAtMs: 2 },
      }),
  ],
  ["sessions.remove", (tenantId, { sessions }) => sessions.remove(tenantId, IDS.sessionId)],
  ["sessions.list", (tenantId, { sessions }) => sessions.list(tenantId, IDS.principalId, { limit: 100 })],

  ["audit.append", (tenantId, { audit }) => audit.append(tenantId, auditEntry("three"))],
  ["audit.list", (tenantId, { audit }) => audit.list(tenantId, { limit: 100 })],

  ["cache.get", (tenantId, { cache }) => cache.get(tenantId, IDS.cacheKey)],
  [
    "cache.put",
    (tenantId, { cache }) =>
      cache.put(tenantId, IDS.cacheKey, { docIds: [], value: '{"word":"new"}', ttlSeconds: 600 }),
  ],
  ["cache.forgetDocument", (tenantId, { cache }) => cache.forgetDocument(tenantId, IDS.docId)],

  ["speech.getJob", (tenantId, { speech }) => speech.getJob(tenantId, IDS.jobId)],
  [
    "speech.getPart",
    async (tenantId, { speech }) => new Uint8Array((await speech.getPart(tenantId, PART)) ?? new ArrayBuffer()).join(),
  ],
  [
    "speech.putJob",
    (tenantId, { speech }) =>
      speech.putJob(tenantId, IDS.jobId, { principalId: IDS.principalId, format: "new", createdAtMs: 2_000 }),
  ],
  ["speech.putPart", (tenantId, { speech }) => speech.putPart(tenantId, PART, new ArrayBuffer(3))],

  ["values.get", (tenantId, { values }) => values.get(tenantId, IDS.valueKey)],
  ["apiKeys.find", (tenantId, { apiKeys }) => apiKeys.find(tenantId, KEY)],

  ["vectors.query", (tenantId, { vectors }) => vectors.query(tenantId, VALUES, 20)],
  ["vectors.query without metadata", (tenantId, { vectors }) => vectors.query(tenantId, VALUES, 100)],
  [
    "vectors.upsert",
    async (tenantId, { vectors }) =>
      vectors.upsert(tenantId, [{ vectorId: await vectorIdOf(tenantId), docId: IDS.docId, values: VALUES }]),
  ],
  ["vectors.deleteByIds", async (tenantId, { vectors }) => vectors.deleteByIds(tenantId, [await vectorIdOf(tenantId)])],
]);

const PART = { jobId: IDS.jobId, part: 0 };

const NEW_JOB = {
  ...{ principalId: IDS.principalId, traceId: "trace", createdAtMs: 5_000, total: 1 },
  documents: [{ docId: IDS.docId, part: 0, json: "{}" }],
};

const SETTLEMENTS = [{ index: 0 }, { index: 1, failure: { code: "internal", message: "It failed." } }];
