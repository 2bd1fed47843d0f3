import assert from "node:assert/strict";

import type { DocumentStore } from "#storage/document-store";
import type { ContractCase } from "#storage/testing/contract-case";
import { acme, acmeLabs, makeReplacement, noLabels } from "#storage/testing/make-replacement";

const LEGAL = "team:legal";
const legal: ReadonlySet<string> = new Set([LEGAL, "other"]);
/** Labels that are nearly the right one. */
const nearlyLegal: ReadonlySet<string> = new Set([
  "team",
  "legal",
  "team:lega",
  "team:legal2",
  "TEAM:LEGAL",
  "[]",
  "%",
]);

/** What a document store keeps from readers whom a document is not meant for. Each case is given an empty store. */
export const documentAccessContract: readonly ContractCase<DocumentStore>[] = [
  {
    name: "labels: shows a document to readers with one of its labels, to others as if it were not there",
    run: async (documents) => {
      await documents.replaceDocuments(acme, [
        makeReplacement({ docId: "open", texts: ["turbine for all"] }),
        makeReplacement({ docId: "secret", texts: ["turbine for lawyers"], acl: ["board", LEGAL] }),
      ]);
      for (const [acl, seen] of [
        [noLabels, ["open"]],
        [nearlyLegal, ["open"]],
        [legal, ["open", "secret"]],
      ] as const) {
        const found = await documents.searchText(acme, "turbine", 10, { filter: {}, acl });
        assert.deepEqual(found.map(({ chunk }) => chunk.docId).sort(), seen);
        const chunks = await documents.findChunks(acme, ["open-1-0", "secret-1-0"], acl);
        assert.deepEqual(chunks.map(({ docId }) => docId).sort(), seen);
        const { documents: listed } = await documents.listDocuments(acme, { limit: 10 }, acl);
        assert.deepEqual(
          listed.map(({ docId }) => docId),
          seen,
        );
        const mayRead = seen.includes("secret" as never);
        assert.equal((await documents.findDocument(acme, "secret", acl)) !== undefined, mayRead);
        assert.equal((await documents.listChunks(acme, "secret", acl)).length, mayRead ? 1 : 0);
      }
    },
  },

  {
    name: "labels: a label counts for its own tenant only",
    run: async (documents) => {
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["turbine"], acl: [LEGAL] })]);
      assert.deepEqual(await documents.searchText(acmeLabs, "turbine", 10, { filter: {}, acl: legal }), []);
      assert.equal(await documents.findDocument(acmeLabs, "guide", legal), undefined);
    },
  },

  {
    name: "labels: what a reader may not see takes nobody's place among the results",
    run: async (documents) => {
      const hidden = Array.from({ length: 8 }, (_, index) => ({
        docId: `hidden-${index}`,
        texts: ["turbine turbine"],
      }));
      await documents.replaceDocuments(acme, [
        ...hidden.map((input) => makeReplacement({ ...input, acl: [LEGAL] })),
        makeReplacement({ docId: "z-open", texts: ["a turbine among many other words that make it rank last"] }),
      ]);
      const found = await documents.searchText(acme, "turbine", 3, { filter: {}, acl: noLabels });
      assert.deepEqual(
        found.map(({ chunk }) => chunk.docId),
        ["z-open"],
      );
      const { documents: page, nextCursor } = await documents.listDocuments(acme, { limit: 3 }, noLabels);
      assert.deepEqual([page.map(({ docId }) => docId), nextCursor], [["z-open"], undefined]);
    },
  },

  {
    name: "labels: hold from the moment a document is stored with them, or without",
    run: async (documents) => {
      const open = makeReplacement({ texts: ["turbine"] });
      const closed = makeReplacement({ texts: ["turbine"], version: 2, base: open.document, acl: [LEGAL] });
      const reopened = makeReplacement({ texts: ["turbine"], version: 3, base: closed.document });
      const count = async (): Promise<number> =>
        (await documents.searchText(acme, "turbine", 10, { filter: {}, acl: noLabels })).length;
      const counts: number[] = [];
      for (const replacement of [open, closed, reopened]) {
        assert.deepEqual(await documents.replaceDocuments(acme, [replacement]), ["replaced"]);
        counts.push(await count());
      }
      assert.deepEqual(counts, [1, 0, 1]);
    },
  },

  {
    name: "labels: nobody removes what he may not see, and nothing of it changes",
    run: async (documents) => {
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["turbine"], acl: [LEGAL] })]);
      const before = await documents.corpusVersion(acme);
      assert.deepEqual(await documents.removeDocument(acme, "guide", nearlyLegal), { chunks: 0, existed: false });
      assert.equal(await documents.corpusVersion(acme), before);
      assert.deepEqual(await documents.listDoomedVectors(acme), []);
      assert.equal((await documents.searchText(acme, "turbine", 10, { filter: {}, acl: legal })).length, 1);
      assert.deepEqual(await documents.removeDocument(acme, "guide", legal), { chunks: 1, existed: true });
    },
  },
];
