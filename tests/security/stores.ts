import { apiKeyRecordSchema, apiKeyStorageKey } from "#auth/api-key";
import { KvApiKeys } from "#auth/kv-api-keys";
import { systemClock } from "#base/clock";
import type { AuditEntry } from "#storage/audit-log";
import { createD1AuditLog } from "#storage/d1-audit-log";
import { createD1DocumentStore } from "#storage/d1-document-store";
import { createD1IngestJobStore } from "#storage/d1-ingest-job-store";
import { createD1SessionIndex } from "#storage/d1-session-index";
import { createKvSearchCache } from "#storage/kv-search-cache";
import { createKvSpeechStore } from "#storage/kv-speech-store";
import { createKvValueStore } from "#storage/kv-value-store";
import { makeReplacement } from "#storage/testing/make-replacement";
import type { TestStorage } from "#storage/testing/start-storage";
import { makeValues, TEST_DIMENSIONS } from "#storage/testing/vector-store-contract";
import { makeVectorId } from "#storage/vector-id";
import { createVectorizeVectorStore } from "#storage/vectorize-vector-store";
import { scopedKey } from "#tenancy/scoped-key";
import type { TenantId } from "#tenancy/tenant-id";

/** Every adapter over the bindings of one Worker. */
export type Stores = ReturnType<typeof createStores>;

export function createStores({ database, kv, vectors }: TestStorage) {
  return {
    documents: createD1DocumentStore(database),
    jobs: createD1IngestJobStore(database),
    sessions: createD1SessionIndex(database),
    audit: createD1AuditLog(database, {
      keepAlive: (work) => pending.push(work),
      reportFailure: (_, error) => {
        throw error;
      },
    }),
    cache: createKvSearchCache(kv),
    values: createKvValueStore(kv),
    speech: createKvSpeechStore(kv, SPEECH_SECONDS),
    apiKeys: new KvApiKeys(kv, systemClock),
    vectors: createVectorizeVectorStore(vectors, { mode: "namespace", dimensions: TEST_DIMENSIONS }),
  };
}

/** Longer than any test. */
const SPEECH_SECONDS = 3_600;

const pending: Promise<unknown>[] = [];

/** What adapters still do behind their answers is done. */
export async function settled(): Promise<void> {
  await Promise.all(pending.splice(0));
}

/** Words of different lengths, so that counts and times differ too. The neighbour's is the longer one. */
export const OWN_WORD = "budgie";
export const NEIGHBOURS_WORD = "zebrafinch";

/** Names that both tenants use. */
export const IDS = {
  docId: "guide",
  chunkId: "guide-1-0",
  goneDocId: "gone",
  jobId: "job",
  failedJobId: "job-failed",
  sessionId: "session",
  principalId: "key_0000000000000001",
  cacheKey: { digest: "0".repeat(64) },
  valueKey: "vault",
  label: "team:legal",
} as const;

export const NO_LABELS: ReadonlySet<string> = new Set();

/** An API key by its text; the same text is stored for both, which no generator would do. */
export const KEY = `ak_acme_${"k".repeat(43)}`;

/** Fills every store for a tenant, with a word in all that can hold one and under ids that other tenants use too. */
export async function fill(tenantId: TenantId, storage: TestStorage, stores: Stores, word: string): Promise<void> {
  await fillRows(tenantId, stores, word);
  await fillKeys(tenantId, storage, stores, word);
}

/** What is in D1 and Vectorize. */
export async function fillRows(tenantId: TenantId, stores: Stores, word: string): Promise<void> {
  await fillDocuments(tenantId, stores, word);
  await fillJobs(tenantId, stores, word);
  const times = { createdAtMs: 1_000 + word.length, updatedAtMs: 2_000 + word.length };
  const summary = { sessionId: IDS.sessionId, title: word, messageCount: word.length, ...times };
  await stores.sessions.record(tenantId, IDS.principalId, summary);
  await stores.sessions.record(tenantId, "key_0000000000000002", { ...summary, sessionId: `of-another-${word}` });
  for (const tool of ["one", "two"]) await stores.audit.append(tenantId, auditEntry(`${word}_${tool}`));
  await stores.vectors.upsert(tenantId, [{ vectorId: await vectorIdOf(tenantId), docId: IDS.docId, values: VALUES }]);
  await settled();
}

/** What is in KV. */
async function fillKeys(tenantId: TenantId, { kv }: TestStorage, stores: Stores, word: string): Promise<void> {
  await stores.cache.put(tenantId, IDS.cacheKey, {
    docIds: [IDS.docId],
    value: JSON.stringify({ word }),
    ttlSeconds: 600,
  });
  await kv.put(scopedKey(tenantId, "value", IDS.valueKey), word);
  await stores.speech.putJob(tenantId, IDS.jobId, { principalId: IDS.principalId, format: word, createdAtMs: 1_000 });
  await stores.speech.putPart(tenantId, { jobId: IDS.jobId, part: 0 }, Uint8Array.from(encoder.encode(word)).buffer);
  const record = apiKeyRecordSchema.parse({
    ...{ id: `key_${"0".repeat(16)}`, label: word, scopes: ["chat"], createdAt: new Date(0).toISOString() },
  });
  await kv.put(await apiKeyStorageKey(tenantId, KEY), JSON.stringify(record));
}

const encoder = new TextEncoder();

export const VALUES = makeValues(1, 0.2);

export function vectorIdOf(tenantId: TenantId): Promise<string> {
  return makeVectorId(tenantId, { docId: IDS.docId, version: 1, index: 0, embeddingHash: "hash" });
}

async function fillDocuments(tenantId: TenantId, { documents }: Stores, word: string): Promise<void> {
  const plan = (docId: string, vectorId: string) => ({ docId, vectorId, version: 1, embeddingHash: word });
  await documents.planVectors(tenantId, [plan(IDS.docId, IDS.chunkId), plan(IDS.docId, "left-over")]);
  await documents.planVectors(tenantId, [plan("pending", `pending-${word}`)]);
  await documents.replaceDocuments(tenantId, [
    makeReplacement({
      texts: [`the ${word} turbine`, `its ${word} blades`],
      title: word,
      source: word,
      metadata: { word },
    }),
    makeReplacement({ docId: "closed", texts: [`the closed ${word} turbine`], acl: [IDS.label] }),
    makeReplacement({ docId: IDS.goneDocId, texts: [`the gone ${word} turbine`] }),
    // Another number of documents than a neighbour has.
    ...Array.from(word, (letter, at) => makeReplacement({ docId: `${word}-${at}`, texts: [`${letter} turbine`] })),
  ]);
  await documents.removeDocument(tenantId, IDS.goneDocId, NO_LABELS);
}

/** The longer the word, the earlier: so the neighbour's job comes before one's own. */
export function jobTimeMs(word: string): number {
  return 2_000 - 10 * word.length;
}

async function fillJobs(tenantId: TenantId, { jobs }: Stores, word: string): Promise<void> {
  const of = (docId: string, part: number) => ({ docId, part, json: JSON.stringify({ docId, text: word }) });
  const about = { principalId: IDS.principalId, traceId: word, total: word.length };
  const documents = [of(IDS.docId, 0), of(`${word}.md`, 1), of("waits", word.length)];
  await jobs.createJob(tenantId, { jobId: IDS.jobId, ...about, createdAtMs: jobTimeMs(word), documents });
  await jobs.createJob(tenantId, {
    jobId: IDS.failedJobId,
    ...about,
    createdAtMs: jobTimeMs(word) + 1,
    documents: [of(`failed-${word}.md`, 0)],
  });
  const failure = { code: "model_unavailable", message: word };
  await jobs.settle(tenantId, IDS.failedJobId, [{ index: 0, failure }], 3_000);
}

export function auditEntry(tool: string): AuditEntry {
  return {
    atMs: 1_000,
    traceId: "trace",
    principal: IDS.principalId,
    tool,
    door: "execute",
    argumentsSha256: "0".repeat(64),
    outcome: "ok",
    durationMs: 1,
    taint: "none",
  };
}
