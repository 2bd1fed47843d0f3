import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { toPlatformError } from "#base/errors";
import { deleteDocument } from "#rag/delete-document";
import { ingestDocuments } from "#rag/ingest-documents";
import type { IngestDocument } from "#rag/ingest-request";
import type { SearchServices } from "#rag/rag-services";
import { retrievePassages } from "#rag/retrieve-passages";
import { assertNoOrphans, breakingServices, storedOf } from "#rag/testing/knowledge-state";
import { acme, startRag, testCall, type TestRag } from "#rag/testing/start-rag";
import { everyBreakage, Fuse, type Breakage } from "#storage/testing/breaking-bindings";

const section = (title: string, word: string): string =>
  `# ${title}\n\n${`All about the ${word} and its ${word} parts. `.repeat(7)}\n\n`;
const LONG = section("Engine", "turbine") + section("Hull", "rivet") + section("Crew", "boatswain");
const SHORT = section("Engine", "turbine") + section("Sail", "halyard");

/** What is done to a document, and how it was before. */
interface Scenario {
  readonly name: string;
  readonly prepare: (docId: string) => Promise<unknown>;
  readonly act: (services: SearchServices, docId: string) => Promise<unknown>;
  /** Words of the version before and of the version after; no search ever finds some of both. */
  readonly words: { readonly before: readonly string[]; readonly after: readonly string[] };
}

describe("an interruption at any call of any binding", () => {
  let rag: TestRag;
  before(async () => {
    rag = await startRag();
  });
  after(() => rag.dispose());

  const ingest = (services: SearchServices, document: IngestDocument): Promise<unknown> =>
    ingestDocuments(acme, services, { ...testCall, documents: [document] });
  /** A client that repeats a delete takes "not found" for success. */
  const remove = (services: SearchServices, docId: string): Promise<unknown> =>
    deleteDocument(acme, services, docId, testCall.acl).catch((error: unknown) => {
      if (toPlatformError(error).code !== "not_found") throw error;
    });

  const scenarios: readonly Scenario[] = [
    {
      name: "of a first ingest",
      prepare: () => Promise.resolve(),
      act: (services, docId) => ingest(services, { docId, text: LONG }),
      words: { before: [], after: ["turbine", "rivet", "boatswain"] },
    },
    {
      name: "of a shorter version",
      prepare: (docId) => ingest(rag.services, { docId, text: LONG }),
      act: (services, docId) => ingest(services, { docId, text: SHORT }),
      words: { before: ["rivet", "boatswain"], after: ["halyard"] },
    },
    {
      name: "of a change that keeps the text",
      prepare: (docId) => ingest(rag.services, { docId, text: LONG }),
      act: (services, docId) => ingest(services, { docId, text: LONG, metadata: { checked: true } }),
      words: { before: [], after: ["turbine", "rivet", "boatswain"] },
    },
    {
      name: "of a delete",
      prepare: (docId) => ingest(rag.services, { docId, text: LONG }),
      act: remove,
      words: { before: ["turbine", "rivet", "boatswain"], after: [] },
    },
  ];

  for (const [index, { name, prepare, act, words }] of scenarios.entries()) {
    const found = async (docId: string): Promise<string> => {
      const query = [...words.before, ...words.after].join(" ");
      const call = { ...testCall, query, topK: 20, filter: { docIds: [docId] } };
      return (await retrievePassages(acme, rag.services, call)).passages.map(({ chunk }) => chunk.text).join();
    };

    /** Breaks one try, looks at what searches find in between, and leaves the document as the break left it. */
    const interrupt = async (docId: string, breakage: Breakage): Promise<void> => {
      await prepare(docId);
      const fuse = new Fuse(breakage);
      await act(breakingServices(rag, fuse), docId).catch(() => undefined);
      assert.ok(fuse.hasBlown, "the breakage came to pass");
      const between = await found(docId);
      const sees = (some: readonly string[]): boolean[] => some.map((word) => between.includes(word));
      const isOld =
        sees(words.before).every(Boolean) && !sees(words.after).some((seen) => seen && words.before.length > 0);
      const isNew = sees(words.after).every(Boolean) && !sees(words.before).some(Boolean);
      assert.ok(isOld || isNew, "one version and only one is found");
    };

    it(`${name}, repeated, ends in the same state and leaves nothing over`, async () => {
      const whole = new Fuse();
      await prepare(`whole-${index}`);
      await act(breakingServices(rag, whole), `whole-${index}`);
      const expected = await storedOf(rag, `whole-${index}`);
      assert.ok(whole.calls.length >= 3, whole.calls.join());
      for (const [round, breakage] of [...everyBreakage(whole.calls.length)].entries()) {
        const docId = `repeated-${index}-${round}`;
        await interrupt(docId, breakage);
        await act(rag.services, docId);
        assert.deepEqual(await storedOf(rag, docId), expected, `${JSON.stringify(breakage)} of ${whole.calls.join()}`);
      }
      await assertNoOrphans(rag);
    });

    it(`${name}, followed by something else, leaves nothing over either`, async () => {
      const whole = new Fuse();
      await prepare(`once-${index}`);
      await act(breakingServices(rag, whole), `once-${index}`);
      const deaths = [...everyBreakage(whole.calls.length)].filter(({ isFatal }) => isFatal);
      for (const [round, breakage] of deaths.entries()) {
        for (const next of ["the version before", "a delete"]) {
          const docId = `changed-${index}-${round}-${next.length}`;
          await interrupt(docId, breakage);
          if (next === "a delete") await remove(rag.services, docId);
          else await ingest(rag.services, { docId, text: LONG });
          const { documents, chunks, vectors } = await storedOf(rag, docId);
          const count = next === "a delete" ? [0, 0, 0] : [1, 3, 3];
          assert.deepEqual(
            [documents?.length, chunks?.length, vectors?.length],
            count,
            `${next} after ${JSON.stringify(breakage)}`,
          );
        }
      }
      await assertNoOrphans(rag);
    });
  }
});
