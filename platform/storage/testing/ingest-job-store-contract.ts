import assert from "node:assert/strict";

import type { DocumentStore } from "#storage/document-store";
import type { IngestJobStore, NewJob } from "#storage/ingest-job-store";
import type { ContractCase } from "#storage/testing/contract-case";
import { acme, acmeLabs, makeReplacement, noLabels } from "#storage/testing/make-replacement";

/** Both stores over one database: a document is settled by the transaction that stores it. */
export interface JobStores {
  readonly jobs: IngestJobStore;
  readonly documents: DocumentStore;
}

const ACCEPTED_MS = 5_000;
const LATER_MS = 6_000;

/** What every job store has to keep. Each case is given empty stores. */
export const ingestJobStoreContract: readonly ContractCase<JobStores>[] = [
  {
    name: "gives back documents part by part, exactly, however long they are",
    run: async ({ jobs }) => {
      const long = "😀".repeat(400_000) + "end";
      await jobs.createJob(
        acme,
        makeJob("a", [{ json: long }, { json: '{"text":"é\\r\\n"}' }, { json: "{}", part: 1 }]),
      );
      assert.deepEqual(await jobs.listWaitingParts(acme, "a"), [0, 1]);
      assert.deepEqual(await jobs.takePart(acme, "a", 0, LATER_MS), [
        { index: 0, docId: "doc-0", json: long },
        { index: 1, docId: "doc-1", json: '{"text":"é\\r\\n"}' },
      ]);
      assert.equal((await jobs.findJob(acme, "a"))?.updatedAtMs, LATER_MS);
    },
  },

  {
    name: "counts what is done, what waits and what failed",
    run: async ({ jobs }) => {
      await jobs.createJob(acme, { ...makeJob("a", [{}, {}, {}]), total: 5 });
      const failure = { code: "model_unavailable", message: "The model is unavailable." };
      const settlements = [{ index: 0 }, { index: 2, failure }];
      await jobs.settle(acme, "a", settlements, LATER_MS);
      await jobs.settle(acme, "a", settlements, LATER_MS);
      const { total, waiting, failed, run, principalId, traceId, createdAtMs } = found(await jobs.findJob(acme, "a"));
      assert.deepEqual({ total, waiting, failed, run }, { total: 5, waiting: 1, failed: 1, run: 1 });
      assert.deepEqual([principalId, traceId, createdAtMs], ["key-1", "trace-1", ACCEPTED_MS]);
      assert.deepEqual(await jobs.listFailed(acme, "a"), [{ docId: "doc-2", ...failure }]);
      await jobs.settle(acme, "a", [{ index: 2 }], LATER_MS);
      assert.equal((await jobs.listFailed(acme, "a")).length, 1, "a dead letter is not settled by a late worker");
    },
  },

  {
    name: "hands work over once per run, and dead letters again when asked",
    run: async ({ jobs }) => {
      await jobs.createJob(acme, makeJob("a", [{}]));
      const begin = (run: number, includeFailed: boolean) =>
        jobs.beginRun(acme, "a", run, { includeFailed, nowMs: LATER_MS });
      assert.deepEqual(await Promise.all([begin(1, false), begin(1, false)]).then((runs) => runs.toSorted()), [
        2,
        undefined,
      ]);
      await jobs.settle(acme, "a", [{ index: 0, failure: { code: "internal", message: "no" } }], LATER_MS);
      assert.equal(await begin(2, false), undefined, "nothing waits");
      assert.equal(await begin(1, true), undefined, "somebody else was first");
      assert.equal((await jobs.findJob(acme, "a"))?.waiting, 0);
      assert.equal(await begin(2, true), 3);
      assert.deepEqual(
        (await jobs.takePart(acme, "a", 0, LATER_MS)).map(({ docId }) => docId),
        ["doc-0"],
      );
    },
  },

  {
    name: "lists jobs latest first, each once, and those with dead letters alone",
    run: async ({ jobs }) => {
      for (const [index, jobId] of ["a", "b", "c", "d", "e"].entries())
        await jobs.createJob(acme, { ...makeJob(jobId, [{}]), createdAtMs: ACCEPTED_MS + (index >> 1) });
      await jobs.settle(acme, "c", [{ index: 0, failure: { code: "internal", message: "no" } }], LATER_MS);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await jobs.listJobs(acme, {
          limit: 2,
          failedOnly: false,
          ...(cursor === undefined ? {} : { cursor }),
        });
        seen.push(...page.jobs.map(({ jobId }) => jobId));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      assert.deepEqual(seen, ["e", "d", "c", "b", "a"]);
      const { jobs: dead } = await jobs.listJobs(acme, { limit: 10, failedOnly: true });
      assert.deepEqual(
        dead.map(({ jobId, failed }) => [jobId, failed]),
        [["c", 1]],
      );
      await assert.rejects(jobs.listJobs(acme, { limit: 2, failedOnly: false, cursor: "é%%" }), {
        code: "invalid_request",
      });
    },
  },

  {
    name: "removes old jobs with everything they hold",
    run: async ({ jobs, documents }) => {
      await jobs.createJob(acme, makeJob("old", [{}, {}]));
      await jobs.createJob(acme, { ...makeJob("new", [{ docId: "other" }]), createdAtMs: LATER_MS });
      await jobs.removeJobsBefore(acme, LATER_MS);
      assert.equal(await jobs.findJob(acme, "old"), undefined);
      assert.deepEqual(await jobs.takePart(acme, "old", 0, LATER_MS), []);
      assert.equal((await documents.findStates(acme, ["doc-0"])).documents[0]?.isInJob, false);
      assert.equal((await jobs.findJob(acme, "new"))?.waiting, 1);
    },
  },

  {
    name: "never shows or moves what is another tenant's, even under the same ids",
    run: async ({ jobs, documents }) => {
      await jobs.createJob(acme, makeJob("a", [{}]));
      assert.equal(await jobs.findJob(acmeLabs, "a"), undefined);
      assert.deepEqual(await jobs.takePart(acmeLabs, "a", 0, LATER_MS), []);
      assert.deepEqual(await jobs.listWaitingParts(acmeLabs, "a"), []);
      assert.deepEqual((await jobs.listJobs(acmeLabs, { limit: 10, failedOnly: false })).jobs, []);
      assert.equal(await jobs.beginRun(acmeLabs, "a", 1, { includeFailed: true, nowMs: LATER_MS }), undefined);
      await jobs.settle(acmeLabs, "a", [{ index: 0 }], LATER_MS);
      await jobs.removeJobsBefore(acmeLabs, LATER_MS);
      await documents.supersedeInJobs(acmeLabs, ["doc-0"], LATER_MS);
      await documents.removeDocument(acmeLabs, "doc-0", noLabels);
      const { waiting, run } = found(await jobs.findJob(acme, "a"));
      assert.deepEqual({ waiting, run }, { waiting: 1, run: 1 });
    },
  },

  {
    name: "removes by the age of one's own job, whatever age another tenant's of the same id has",
    run: async ({ jobs }) => {
      await jobs.createJob(acme, makeJob("a", [{}]));
      await jobs.createJob(acmeLabs, { ...makeJob("a", [{}]), createdAtMs: LATER_MS });
      await jobs.removeJobsBefore(acmeLabs, LATER_MS);
      assert.equal((await jobs.findJob(acmeLabs, "a"))?.waiting, 1);
      assert.equal((await jobs.findJob(acme, "a"))?.waiting, 1);
    },
  },

  {
    name: "settles a document in the transaction that stores it, and stores none that waits no longer",
    run: async ({ jobs, documents }) => {
      await jobs.createJob(acme, makeJob("a", [{}]));
      const replacement = {
        ...makeReplacement({ docId: "doc-0", texts: ["one"] }),
        claim: { jobId: "a", index: 0 },
      };
      assert.deepEqual(await documents.replaceDocuments(acme, [replacement]), ["replaced"]);
      assert.equal((await jobs.findJob(acme, "a"))?.waiting, 0);
      assert.deepEqual(
        await documents.replaceDocuments(acme, [replacement]),
        ["replaced"],
        "repeated after a lost answer",
      );
      await documents.removeDocument(acme, "doc-0", noLabels);
      assert.deepEqual(await documents.replaceDocuments(acme, [replacement]), ["conflict"]);
      assert.equal(await documents.findDocument(acme, "doc-0", noLabels), undefined);
    },
  },

  {
    name: "lets a delete win over what waits, with its text",
    run: async ({ jobs, documents }) => {
      await jobs.createJob(acme, makeJob("a", [{}, {}]));
      await jobs.settle(acme, "a", [{ index: 1, failure: { code: "internal", message: "no" } }], LATER_MS);
      for (const docId of ["doc-0", "doc-1"]) {
        assert.deepEqual(await documents.removeDocument(acme, docId, noLabels), { chunks: 0, existed: true });
        assert.deepEqual(await documents.removeDocument(acme, docId, noLabels), { chunks: 0, existed: false });
      }
      assert.deepEqual(await jobs.takePart(acme, "a", 0, LATER_MS), []);
      assert.deepEqual(await jobs.listFailed(acme, "a"), []);
    },
  },

  {
    name: "lets the version that was accepted last win, in whatever order they are stored",
    run: async ({ jobs, documents }) => {
      await jobs.createJob(acme, makeJob("early", [{}]));
      await jobs.createJob(acme, { ...makeJob("late", [{}]), createdAtMs: LATER_MS });
      assert.equal((await documents.findStates(acme, ["doc-0"])).documents[0]?.isInJob, true);
      await documents.supersedeInJobs(acme, ["doc-0"], ACCEPTED_MS);
      const late = { claim: { jobId: "late", index: 0 }, supersedesBeforeMs: LATER_MS };
      await documents.replaceDocuments(acme, [{ ...makeReplacement({ docId: "doc-0", texts: ["late"] }), ...late }]);
      assert.deepEqual(await jobs.takePart(acme, "early", 0, LATER_MS), []);
      const base = makeReplacement({ docId: "doc-0", texts: ["late"] }).document;
      const early = makeReplacement({ docId: "doc-0", texts: ["early"], version: 2, base });
      const claim = { jobId: "early", index: 0 };
      assert.deepEqual(await documents.replaceDocuments(acme, [{ ...early, claim }]), ["conflict"]);
      assert.equal((await documents.findDocument(acme, "doc-0", noLabels))?.version, 1);
    },
  },
];

function makeJob(
  jobId: string,
  documents: readonly { readonly docId?: string; readonly part?: number; readonly json?: string }[],
): NewJob {
  return {
    jobId,
    principalId: "key-1",
    traceId: "trace-1",
    createdAtMs: ACCEPTED_MS,
    total: documents.length,
    documents: documents.map(({ docId, part = 0, json = "{}" }, index) => ({
      docId: docId ?? `doc-${index}`,
      part,
      json,
    })),
  };
}

function found<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
