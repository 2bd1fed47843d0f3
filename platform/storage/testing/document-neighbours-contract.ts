import assert from "node:assert/strict";

import type { DocumentStore } from "#storage/document-store";
import type { ContractCase } from "#storage/testing/contract-case";
import { acme, acmeLabs, makeReplacement, noLabels } from "#storage/testing/make-replacement";

const one = makeReplacement({ texts: ["one"] });
const two = makeReplacement({ texts: ["two"], version: 2, base: one.document });
const planned = { docId: "guide", vectorId: "guide-1-0", version: 1, embeddingHash: "one" };

/** A tenant whose neighbour has the same document in another state decides by its own. */
export const documentNeighboursContract: readonly ContractCase<DocumentStore>[] = [
  {
    name: "neighbours: a document that only the other one has is in no state",
    run: async (documents) => {
      await documents.planVectors(acme, [planned, { ...planned, docId: "begun", vectorId: "begun-1-0" }]);
      await documents.replaceDocuments(acme, [one]);
      const { documents: states } = await documents.findStates(acmeLabs, ["guide", "begun"]);
      assert.deepEqual(
        states.map(({ docId, document, hasPendingVectors }) => [docId, document, hasPendingVectors]),
        [
          ["guide", undefined, false],
          ["begun", undefined, false],
        ],
      );
    },
  },

  {
    name: "neighbours: a document is removed by who may read it, whatever labels the other one's has",
    run: async (documents) => {
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["closed"], acl: ["team:legal"] })]);
      await documents.replaceDocuments(acmeLabs, [one]);
      assert.deepEqual(await documents.removeDocument(acmeLabs, "guide", noLabels), { chunks: 1, existed: true });
    },
  },

  {
    name: "neighbours: a writer that came too late has not won because the other one's document is as it wanted",
    run: async (documents) => {
      await documents.replaceDocuments(acme, [one]);
      await documents.replaceDocuments(acmeLabs, [one]);
      await documents.replaceDocuments(acmeLabs, [two]);
      assert.deepEqual(await documents.replaceDocuments(acmeLabs, [one]), ["conflict"]);
      assert.deepEqual(
        (await documents.listChunks(acmeLabs, "guide", noLabels)).map(({ text }) => text),
        ["two"],
      );
    },
  },

  {
    name: "neighbours: a deleted document is not brought back because the other one has it still",
    run: async (documents) => {
      await documents.replaceDocuments(acme, [one]);
      await documents.replaceDocuments(acmeLabs, [one]);
      await documents.removeDocument(acmeLabs, "guide", noLabels);
      assert.deepEqual(await documents.replaceDocuments(acmeLabs, [two]), ["conflict"]);
      assert.equal(await documents.findDocument(acmeLabs, "guide", noLabels), undefined);
    },
  },

  {
    name: "neighbours: vectors that are still being made are live when their own document is stored, not the other one's",
    run: async (documents) => {
      for (const tenantId of [acme, acmeLabs]) await documents.planVectors(tenantId, [planned]);
      await documents.replaceDocuments(acmeLabs, [one]);
      const [state] = (await documents.findStates(acme, ["guide"])).documents;
      assert.equal(state?.hasPendingVectors, true);
      assert.equal((await documents.listLiveVectors(acme, ["guide"])).size, 0);
    },
  },
];
