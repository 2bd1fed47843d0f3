import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { startTestWorker, type Call, type TestWorker } from "#worker/testing/start-test-worker";

interface Job {
  readonly jobId: string;
  readonly status: string;
  readonly total: number;
  readonly done: number;
  readonly failed: readonly { readonly docId: string; readonly code: string; readonly message: string }[];
}

/** A busy machine may take long; nothing here depends on how long. */
const PATIENCE_MS = 60_000;
const KIBIBYTE = 1_024;
/** What a part is given in the environment dev. */
const ATTEMPTS = 4;
/** Chunks so large that one call of the model embeds 300 KiB of text. */
const ONE_CALL = { size: 16_000, unit: "characters" };

/** A text of about so many KiB, every line of it about the word. */
function textAbout(word: string, kibibytes: number): string {
  const line = `All about the ${word}, said once more for whoever reads on.\n\n`;
  return line.repeat(Math.ceil((kibibytes * KIBIBYTE) / line.length));
}

describe("POST /ingest of much text", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker.dispose());
  beforeEach(() => worker.runtime.control.reset());

  const acme = (extra: Call = {}): Call => ({ tenant: "acme", key: worker.keys.acme, ...extra });
  const globex = (extra: Call = {}): Call => ({ tenant: "globex", key: worker.keys.globex, ...extra });

  async function submit(documents: readonly object[], as = acme): Promise<Job> {
    const answer = await worker.call("/ingest", as({ body: { documents } }));
    assert.equal(answer.status, 202, answer.text);
    const job: Job = answer.json.data as never;
    assert.equal(answer.headers.get("location"), `/ingest/${job.jobId}`);
    return job;
  }
  async function read(jobId: string, as = acme): Promise<Job> {
    const { status, json, text } = await worker.call(`/ingest/${jobId}`, as());
    assert.equal(status, 200, text);
    return json.data as never;
  }
  async function ended(jobId: string, as = acme): Promise<Job> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const job = await read(jobId, as);
      if (job.status !== "queued" && job.status !== "running") return job;
      assert.ok(Date.now() < deadlineMs, `the job still is ${JSON.stringify(job)}`);
      await sleep(100);
    }
  }
  async function foundIn(query: string, as = acme): Promise<string[]> {
    const { json } = await worker.call("/search", as({ body: { query, mode: "retrieve", topK: 20 } }));
    const { sources } = json.data as unknown as { sources: { docId: string; text: string }[] };
    return sources.filter(({ text }) => text.includes(query)).map(({ docId }) => docId);
  }

  it("becomes a job that stores everything and counts as it goes", async () => {
    const words = ["heron", "egret", "bittern", "stork", "ibis"];
    const documents = words.map((word) => ({ docId: `birds/${word}.md`, text: textAbout(word, 80), title: word }));
    const job = await submit(documents);
    assert.deepEqual([job.status, job.total, job.done, job.failed], ["queued", 5, 0, []]);
    const { status, total, done, failed } = await ended(job.jobId);
    assert.deepEqual({ status, total, done, failed }, { status: "succeeded", total: 5, done: 5, failed: [] });
    for (const word of words) assert.ok((await foundIn(word)).includes(`birds/${word}.md`), word);
    const DB = worker.runtime.d1("DB");
    for (const table of ["ingest_job_documents", "ingest_job_texts"])
      assert.deepEqual(await DB.prepare(`SELECT count(*) AS n FROM ${table}`).first(), { n: 0 }, table);
  });

  it("costs nothing when nothing changed, and is done at once", async () => {
    const documents = [{ docId: "same.md", text: textAbout("lapwing", 300) }];
    await ended((await submit(documents)).jobId);
    await worker.runtime.control.reset();
    const { status, total, done } = await submit(documents);
    assert.deepEqual({ status, total, done }, { status: "succeeded", total: 1, done: 1 });
    assert.deepEqual(await worker.runtime.control.modelCalls(), []);
  });

  it("refuses at once what could never be stored", async () => {
    const bad = { docId: "a.md", text: textAbout("crane", 300), chunking: { size: 300, overlap: 200 } };
    const { status, text } = await worker.call("/ingest", acme({ body: bad }));
    assert.equal(status, 400, text);
    assert.match(text, /chunking\.overlap/);
  });

  it("waits for a model that is down for a while", async () => {
    await worker.runtime.control.failModel(503, { times: 2 });
    const job = await submit([{ docId: "patient.md", text: textAbout("curlew", 300) }]);
    assert.equal((await ended(job.jobId)).status, "succeeded");
  });

  it("keeps what it could not store as dead letters, and stores them when asked again", async () => {
    await worker.runtime.control.failModel(503, { times: ATTEMPTS });
    const documents = [{ docId: "dead.md", text: textAbout("osprey", 300), chunking: ONE_CALL }];
    const { jobId } = await submit(documents);
    const dead = await ended(jobId);
    assert.equal(dead.status, "failed");
    assert.deepEqual(
      dead.failed.map(({ docId, code }) => [docId, code]),
      [["dead.md", "model_unavailable"]],
    );
    assert.match((await worker.call("/ingest?failed=true", acme())).text, new RegExp(jobId));
    assert.doesNotMatch((await worker.call("/ingest?failed=true", globex())).text, new RegExp(jobId));

    const again = await worker.call(`/ingest/${jobId}/retry`, acme({ method: "POST" }));
    assert.equal(again.status, 202, again.text);
    assert.equal((await ended(jobId)).status, "succeeded");
    assert.ok((await foundIn("osprey")).includes("dead.md"));
    assert.equal((await worker.call(`/ingest/${jobId}/retry`, acme({ method: "POST" }))).status, 409);
  });

  it("stores the others of a job when the model refuses one, without asking again", async () => {
    await worker.runtime.control.failModel(400, { times: 1 });
    const { jobId } = await submit([
      { docId: "refused.md", text: textAbout("siskin", 300), chunking: ONE_CALL },
      { docId: "taken.md", text: textAbout("serin", 10) },
    ]);
    const { status, total, done, failed } = await ended(jobId);
    assert.deepEqual({ status, total, done }, { status: "partial", total: 2, done: 1 });
    assert.deepEqual(
      failed.map(({ docId, code }) => [docId, code]),
      [["refused.md", "upstream_rejected"]],
    );
  });

  it("lets a later delete and a later version win over what still waits, and over what is under way", async () => {
    await worker.runtime.control.plan({ kind: "delay", delayMs: 2_000 });
    const { jobId } = await submit([
      { docId: "deleted.md", text: textAbout("avocet", 150) },
      { docId: "newer.md", text: textAbout("avocet", 150) },
    ]);
    while ((await worker.runtime.control.modelCalls()).length === 0) await sleep(20);
    assert.equal((await worker.call("/documents/deleted.md", acme({ method: "DELETE" }))).status, 200);
    const newer = { docId: "newer.md", text: "The newer text is about the dunlin." };
    assert.equal((await worker.call("/ingest", acme({ body: newer }))).status, 200);
    assert.equal((await read(jobId)).done, 2, "nothing of it is left to do");
    await sleep(3_000);
    assert.equal((await worker.call("/documents/deleted.md", acme())).status, 404);
    assert.deepEqual(await foundIn("avocet"), []);
    assert.deepEqual(await foundIn("dunlin"), ["newer.md"]);
  });

  it("belongs to its tenant, and to callers who may ingest", async () => {
    const text = textAbout("merganser", 300);
    const [mine, theirs] = await Promise.all([
      submit([{ docId: "same-id.md", text: `${text}acme` }]),
      submit([{ docId: "same-id.md", text: `${text}globex` }], globex),
    ]);
    assert.equal((await worker.call(`/ingest/${mine.jobId}`, globex())).status, 404);
    assert.equal((await worker.call(`/ingest/${mine.jobId}/retry`, globex({ method: "POST" }))).status, 404);
    const searchOnly = await worker.makeKey("acme", ["search"]);
    assert.equal((await worker.call(`/ingest/${mine.jobId}`, acme({ key: searchOnly }))).status, 403);
    assert.equal((await ended(mine.jobId)).status, "succeeded");
    assert.equal((await ended(theirs.jobId, globex)).status, "succeeded");
    const stored = await worker.call("/documents/same-id.md", globex());
    assert.match(stored.text, /globex"/);
    assert.doesNotMatch(stored.text, /for whoever reads on.\\n\\nacme/);
  });

  it("is accepted once per Idempotency-Key", async () => {
    const body = { docId: "once.md", text: textAbout("pintail", 300) };
    const call = acme({ body, headers: { "idempotency-key": "ingest-1" } });
    const [first, second] = [await worker.call("/ingest", call), await worker.call("/ingest", call)];
    assert.equal(first.status, 202);
    assert.equal((second.json.data as unknown as Job).jobId, (first.json.data as unknown as Job).jobId);
    assert.equal(second.headers.get("idempotency-replayed"), "true");
  });

  it("answers 404 for a job that is not there", async () => {
    assert.equal((await worker.call("/ingest/00000000", acme())).status, 404);
  });
});
