import assert from "node:assert/strict";

import { apiKeyStorageKey } from "#auth/api-key";
import { createD1IngestJobStore } from "#storage/d1-ingest-job-store";
import { encodeCursor, encodeTimeCursor } from "#storage/page-cursor";
import { SCOPES, type Scope } from "#tenancy/scopes";
import type { TenantId } from "#tenancy/tenant-id";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { type Answer, type Call, startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

/** A word that stands in what belongs to acme's owner and in no request of anybody else. */
export const SECRET = "zebrafinch";

/** The tenant that is attacked, and the one that attacks. They share every binding. */
export const VICTIM = "acme";
export const STRANGER = "globex";

/** A model that takes tools. */
export const TOOL_MODEL = "@cf/openai/gpt-oss-20b";

/** Ids of one of everything that a request can name. */
export interface Belongings {
  readonly sessionId: string;
  /** A session whose last turn waits for a person, and the call it waits for. */
  readonly pausedSessionId: string;
  readonly callId: string;
  readonly docId: string;
  /** A job with one document that could not be stored. */
  readonly jobId: string;
  /** A job of speech that has succeeded. */
  readonly speechJobId: string;
  readonly idempotencyKey: string;
  /** Id of an event of the session's last turn. */
  readonly eventId: string;
  readonly documentCursor: string;
  readonly timeCursor: string;
  readonly auditCursor: string;
  readonly historyCursor: string;
}

/** Who owns things here: the tenant's id, and a key. */
export interface Owner {
  readonly tenant: string;
  readonly key: string;
}

/** The Worker under attack, the principals, and what they own. */
export interface World {
  readonly worker: TestWorker;
  readonly owner: Owner;
  readonly strangers: { readonly ofTenant: Owner; readonly ofOther: Owner };
  /** A key that was used and then removed, and one whose time is over. */
  readonly revokedKey: string;
  readonly expiredKey: string;
  /** Another tenant's key whose record has come among the victim's. */
  readonly misplacedKey: string;
  /** New belongings of somebody, made over the API. */
  provide(owner: Owner): Promise<Belongings>;
  /** All that is stored of the victim, its owner's sessions included, as one text. */
  dump(own: Belongings): Promise<string>;
  dispose(): Promise<void>;
}

/** All scopes but `admin`. */
export const USER_SCOPES: readonly Scope[] = SCOPES.filter((scope) => scope !== "admin");

/** Boots the Worker and makes everybody. */
export async function startWorld(): Promise<World> {
  const worker = await startTestWorker();
  const owner = { tenant: VICTIM, key: await worker.makeKey(VICTIM, USER_SCOPES) };
  const revokedKey = await revoke(worker);
  const ofOther = { tenant: STRANGER, key: await worker.makeKey(STRANGER, SCOPES) };
  const misplacedKey = await worker.makeKey(STRANGER, SCOPES);
  await misplace(worker, misplacedKey);
  return {
    worker,
    owner,
    strangers: { ofTenant: { tenant: VICTIM, key: await worker.makeKey(VICTIM, USER_SCOPES) }, ofOther },
    revokedKey,
    misplacedKey,
    expiredKey: await worker.makeKey(VICTIM, SCOPES, { expiresAt: "2020-01-01T00:00:00.000Z" }),
    provide: (whose) => provide(worker, whose),
    dump: (own) => dump(worker, owner, own),
    dispose: () => worker.dispose(),
  };
}

/** A key that an isolate knew and the next one cannot find. */
async function revoke(worker: TestWorker): Promise<string> {
  const KV = worker.runtime.kv("KV");
  const names = async (): Promise<string[]> => (await KV.list()).keys.map(({ name }) => name);
  const before = new Set(await names());
  const key = await worker.makeKey(VICTIM, SCOPES);
  assert.equal((await worker.call("/usage", { tenant: VICTIM, key })).status, 200);
  for (const name of await names()) if (!before.has(name)) await KV.delete(name);
  // An isolate trusts a key that it has found for half a minute.
  await worker.restart();
  return key;
}

/** Puts the record of another tenant's key where the victim's are, as a mistake of an operator would. */
async function misplace(worker: TestWorker, key: string): Promise<void> {
  const KV = worker.runtime.kv("KV");
  const record = (await KV.get(await apiKeyStorageKey(tenantIdSchema.parse(STRANGER), key))) ?? assert.fail();
  await KV.put(await apiKeyStorageKey(tenantIdSchema.parse(VICTIM), key), record);
}

let provided = 0;

async function provide(worker: TestWorker, owner: Owner): Promise<Belongings> {
  const name = `thing-${++provided}`;
  const ask = async (target: string, call: Call): Promise<Answer> => {
    const answer = await worker.call(target, { ...owner, ...call });
    assert.equal(answer.status, 200, answer.text);
    return answer;
  };
  // What belongs to somebody else has the same form and another content.
  const word = owner.tenant === VICTIM ? SECRET : "budgerigar";
  const text = `The merger of ${name} is called project ${word}. Its budget is nine million.`;
  await ask("/ingest", { body: { docId: `${name}.md`, text, title: `Plan ${word}` } });
  await ask("/chat", { body: { sessionId: name, message: `Remember the word ${word}.`, stream: false } });
  const database = worker.runtime.d1("DB") as D1Database; // as far as the store uses it
  const jobId = await addJob(tenantIdSchema.parse(owner.tenant), database, `${word}.md`);
  return {
    sessionId: name,
    pausedSessionId: `${name}-paused`,
    callId: await pause(worker, owner, `${name}-paused`, word),
    docId: `${name}.md`,
    jobId,
    speechJobId: await addSpeechJob(worker, owner),
    idempotencyKey: `key-of-${name}`,
    eventId: "1",
    documentCursor: encodeCursor("thing"),
    timeCursor: encodeTimeCursor(Date.now() + 60_000, "zzz"),
    auditCursor: encodeCursor("1000"),
    historyCursor: "0",
  };
}

/** A turn whose model wants to store a document. A tenant without that tool has an id that nothing waits for. */
async function pause(worker: TestWorker, owner: Owner, sessionId: string, word: string): Promise<string> {
  if (owner.tenant !== VICTIM) return `call_${"0".repeat(32)}`;
  const wish = { name: "ingest_docs", arguments: { documents: [{ docId: "wish.md", text: `A wish for a ${word}.` }] } };
  const message = `Store it for ${sessionId}.`;
  // Only this call: a turn that an earlier fault left behind may still ask the same model.
  await worker.runtime.control.plan({ kind: "answer", toolCalls: [wish] }, { model: TOOL_MODEL, asked: message });
  const body = { sessionId, message, stream: false, modelId: TOOL_MODEL, tools: ["ingest_docs"] };
  const { json, text } = await worker.call("/chat", { ...owner, body });
  const { toolCalls = [] } = json.data as unknown as { toolCalls?: readonly { callId: string; approval: string }[] };
  return toolCalls.find(({ approval }) => approval === "required")?.callId ?? assert.fail(text);
}

/** A dead letter, by the store itself: over the API it would take half a megabyte of text and a model that fails. */
async function addJob(tenantId: TenantId, database: D1Database, docId: string): Promise<string> {
  const jobs = createD1IngestJobStore(database);
  const jobId = crypto.randomUUID();
  const document = { docId, part: 0, json: JSON.stringify({ docId, text: "A text that waits." }) };
  const about = { jobId, principalId: "key_0000000000000000", traceId: "trace", createdAtMs: Date.now(), total: 1 };
  await jobs.createJob(tenantId, { ...about, documents: [document] });
  const failure = { code: "model_unavailable", message: "The model did not answer." };
  await jobs.settle(tenantId, jobId, [{ index: 0, failure }], Date.now());
  return jobId;
}

/** Jobs of speech by their owners' keys: one each, because nothing changes them. */
const speechJobs = new Map<string, string>();

async function addSpeechJob(worker: TestWorker, owner: Owner): Promise<string> {
  const known = speechJobs.get(owner.key);
  if (known !== undefined) return known;
  const body = { text: "A long farewell. ".repeat(70), streaming: false };
  const accepted = await worker.call("/tts", { ...owner, body });
  const { jobId } = accepted.json.data as unknown as { jobId: string };
  speechJobs.set(owner.key, jobId);
  const endMs = Date.now() + 30_000;
  for (let status = ""; status !== "succeeded";) {
    if (Date.now() > endMs) assert.fail(`the job of speech is ${status} after 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 25));
    const { json } = await worker.call(`/tts/${jobId}`, { ...owner });
    ({ status } = json.data as unknown as { status: string });
  }
  return jobId;
}

/** Tables with a tenant. What a refused call adds to the audit log is its own principal's doing. */
const TABLES = [
  "documents",
  "chunks",
  "vectors",
  "sessions",
  "corpora",
  "ingest_jobs",
  "ingest_job_documents",
  "ingest_job_texts",
];

/** Longer than what is kept for a minute, and far from what is kept for an hour. */
const SHORT_LIVED_MS = 600_000;

async function dump(worker: TestWorker, owner: Owner, own: Belongings): Promise<string> {
  const DB = worker.runtime.d1("DB");
  const KV = worker.runtime.kv("KV");
  const rows = TABLES.map((table) => DB.prepare(`SELECT * FROM ${table} WHERE tenant_id = ?1`).bind(VICTIM));
  const stored = (await DB.batch(rows)).map(({ results }) => results);
  const { keys } = await KV.list({ prefix: `${VICTIM}:` });
  // What is kept for a minute goes by itself while a slow machine still asks.
  const lastingKeys = keys.filter(({ expiration = Infinity }) => expiration * 1_000 > Date.now() + SHORT_LIVED_MS);
  const told = [];
  for (const path of [`${own.sessionId}/history`, `${own.pausedSessionId}/events`]) {
    const { status, text } = await worker.call(`/chat/${path}`, { ...owner });
    told.push([path, status, text.replace(/"traceId":"[^"]*"/g, "")]);
  }
  return JSON.stringify([stored, lastingKeys, told], undefined, 1);
}
