import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { JobServices } from "#ingest-jobs/job-services";
import { readJob, retryJob } from "#ingest-jobs/read-job";
import { runJob, type JobSteps } from "#ingest-jobs/run-job";
import { submitJob } from "#ingest-jobs/submit-job";
import type { RagServices } from "#rag/rag-services";
import { assertNoOrphans, breakingServices, storedOf } from "#rag/testing/knowledge-state";
import { acme, globex, startRag, testCall, testSettings, type TestRag } from "#rag/testing/start-rag";
import { createD1IngestJobStore } from "#storage/d1-ingest-job-store";
import { breakingDatabase, everyBreakage, Fuse, type Breakage } from "#storage/testing/breaking-bindings";
import type { TenantId } from "#tenancy/tenant-id";

const section = (title: string, word: string): string =>
  `# ${title}\n\n${`All about the ${word} and its ${word} parts. `.repeat(7)}\n\n`;
const OLD = section("Engine", "turbine") + section("Hull", "rivet") + section("Crew", "boatswain");
const NEW = section("Engine", "turbine") + section("Sail", "halyard");
const NOTE = section("Note", "signal flag");

/** Steps without a runtime: one attempt each, so that every break shows. */
const ONE_ATTEMPT: JobSteps = { act: (_, work) => work(), list: (_, work) => work() };

describe("an ingest job that is interrupted at any call of any binding", () => {
  let rag: TestRag;
  before(async () => {
    rag = await startRag();
  });
  after(() => rag.dispose());

  /** Runs that were asked for are remembered; the test decides when they happen. */
  const started: { readonly tenantId: TenantId; readonly jobId: string; readonly run: number }[] = [];
  const withJobs = (services: RagServices, database: D1Database): JobServices => ({
    ...services,
    jobs: createD1IngestJobStore(database),
    runs: {
      start: (tenantId, jobId, run) => {
        started.push({ tenantId, jobId, run });
        return Promise.resolve();
      },
    },
  });
  const sound = (): JobServices => withJobs(rag.services, rag.storage.database);
  const breaking = (fuse: Fuse): JobServices =>
    withJobs(breakingServices(rag, fuse), breakingDatabase(rag.storage.database, fuse));

  const submit = (services: JobServices, name: string) => {
    const documents = [
      { docId: `${name}-a`, text: NEW },
      { docId: `${name}-b`, text: NOTE },
    ];
    return submitJob(acme, services, { ...testCall, documents });
  };
  const run = (services: JobServices, jobId: string, number: number): Promise<void> =>
    runJob(acme, services, { jobId, run: number, settings: testSettings }, ONE_ATTEMPT);
  const prepare = async (name: string): Promise<void> => {
    const { jobId } = await submitJob(acme, sound(), { ...testCall, documents: [{ docId: `${name}-a`, text: OLD }] });
    await run(sound(), jobId, 1);
  };
  const stored = async (name: string): Promise<unknown> => [
    await storedOf(rag, `${name}-a`),
    await storedOf(rag, `${name}-b`),
  ];
  const jobTables = async (): Promise<unknown> => {
    const tables = ["ingest_job_documents", "ingest_job_texts"];
    const counts = tables.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`).join(", ");
    return rag.storage.database.prepare(`SELECT ${counts}`).first();
  };
  const NOTHING_WAITS = { ingest_job_documents: 0, ingest_job_texts: 0 };

  it("ends in the same state when the run is repeated", async () => {
    await prepare("whole");
    const { jobId } = await submit(sound(), "whole");
    const whole = new Fuse();
    await run(breaking(whole), jobId, 1);
    const expected = await stored("whole");
    for (const [round, breakage] of [...everyBreakage(whole.calls.length)].entries()) {
      const name = `run-${round}`;
      await prepare(name);
      const job = await submit(sound(), name);
      await run(breaking(new Fuse(breakage)), job.jobId, 1).catch(() => undefined);
      // What a run gave up is a dead letter; what it never came to still waits for the run to be resumed.
      const left = await readJob(acme, sound(), job.jobId);
      if (left.failed.length > 0) await retryJob(acme, sound(), job.jobId);
      await run(sound(), job.jobId, left.failed.length > 0 ? 2 : 1);
      const ended = await readJob(acme, sound(), job.jobId);
      assert.deepEqual([ended.status, ended.done], ["succeeded", 2], JSON.stringify(breakage));
      assert.deepEqual(await stored(name), expected, `${JSON.stringify(breakage)} of ${whole.calls.join()}`);
    }
    assert.deepEqual(await jobTables(), NOTHING_WAITS);
    await assertNoOrphans(rag);
  });

  it("is taken over by the same documents sent again, when it was never accepted", async () => {
    const whole = new Fuse();
    await submit(breaking(whole), "submitted");
    for (const [round, breakage] of [...everyBreakage(whole.calls.length)].entries()) {
      const name = `submit-${round}`;
      const { jobId } = await submitTwice(name, breakage);
      await run(sound(), jobId, 1);
      assert.equal((await readJob(acme, sound(), jobId)).status, "succeeded");
      const tables = await storedOf(rag, `${name}-a`);
      assert.deepEqual([tables["documents"]?.length, tables["ingest_job_documents"]?.length], [1, 0]);
    }
    await run(sound(), started.find(({ jobId }) => jobId !== "")?.jobId ?? "", 1);
    await assertNoOrphans(rag);
  });

  /** The clock has to move on between the two: the later word counts. */
  async function submitTwice(name: string, breakage: Breakage): Promise<{ jobId: string }> {
    await submit(breaking(new Fuse(breakage)), name).catch(() => undefined);
    const later = { nowMs: () => rag.services.clock.nowMs() + 1_000 };
    return submit({ ...sound(), clock: later }, name);
  }

  it("is handed over again by its reader after ten silent minutes, and once only", async () => {
    const { jobId } = await submit(sound(), "silent");
    const inMs = (ms: number): JobServices => ({ ...sound(), clock: { nowMs: () => rag.services.clock.nowMs() + ms } });
    started.length = 0;
    await readJob(acme, inMs(9 * 60_000), jobId);
    assert.deepEqual(started, []);
    await Promise.all([readJob(acme, inMs(11 * 60_000), jobId), readJob(acme, inMs(11 * 60_000), jobId)]);
    assert.deepEqual(started, [{ tenantId: acme, jobId, run: 2 }]);
    await run(sound(), jobId, 1);
    assert.equal((await readJob(acme, sound(), jobId)).done, 0, "the run that was given up does nothing");
    await run(sound(), jobId, 2);
    assert.equal((await readJob(acme, sound(), jobId)).status, "succeeded");
  });

  it("is nobody else's: another tenant can neither read, retry nor run it", async () => {
    const { jobId } = await submit(sound(), "foreign");
    await assert.rejects(readJob(globex, sound(), jobId), { code: "not_found" });
    await assert.rejects(retryJob(globex, sound(), jobId), { code: "not_found" });
    await runJob(globex, sound(), { jobId, run: 1, settings: testSettings }, ONE_ATTEMPT);
    assert.deepEqual(await rag.count("globex"), { rows: 0, chunks: 0, ledger: 0 });
    assert.equal((await readJob(acme, sound(), jobId)).status, "queued");
  });
});
