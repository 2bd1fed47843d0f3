import assert from "node:assert/strict";

import type { DocumentFilter } from "#storage/document-filter";
import type { DocumentStore, PlannedVector } from "#storage/document-store";
import type { ContractCase } from "#storage/testing/contract-case";
import { acme, acmeLabs, makeReplacement, noLabels, type ReplacementInput } from "#storage/testing/make-replacement";
import type { TenantId } from "#tenancy/tenant-id";

/** What a reader without labels may see. */
const everything = { filter: {}, acl: noLabels };

const documentCases: readonly ContractCase<DocumentStore>[] = [
  {
    name: "documents: gives back what was stored, exactly",
    run: async (documents) => {
      const texts = ["Zürich 😀\r\n\ttabs", "e\u0301 \u0000 漢字"];
      await put(documents, acme, { texts, title: "T", source: "wiki", metadata: { lang: "en", tags: ["a"] } });
      const document = await documents.findDocument(acme, "guide", noLabels);
      assert.deepEqual(
        document,
        makeReplacement({ texts, title: "T", source: "wiki", metadata: { lang: "en", tags: ["a"] } }).document,
      );
      assert.deepEqual(
        (await documents.listChunks(acme, "guide", noLabels)).map(({ text }) => text),
        texts,
      );
    },
  },

  {
    name: "documents: replaces all chunks of a document, so that nothing old can be found",
    run: async (documents) => {
      await put(documents, acme, { texts: ["the old lighthouse", "the second part"] });
      const base = makeReplacement({ texts: ["the old lighthouse", "the second part"] }).document;
      const outcomes = await documents.replaceDocuments(acme, [
        makeReplacement({ texts: ["a new harbour"], version: 2, base }),
      ]);
      assert.deepEqual(outcomes, ["replaced"]);
      assert.deepEqual(await found(documents, acme, "lighthouse second"), []);
      assert.deepEqual(await found(documents, acme, "harbour"), ["a new harbour"]);
      assert.deepEqual(
        await documents
          .findChunks(acme, ["guide-1-0", "guide-2-0"], noLabels)
          .then((chunks) => chunks.map(({ chunkId }) => chunkId)),
        ["guide-2-0"],
      );
    },
  },

  {
    name: "documents: lets the second of two writers that began at the same version change nothing",
    run: async (documents) => {
      await put(documents, acme, { texts: ["one"] });
      const base = makeReplacement({ texts: ["one"] }).document;
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["first writer"], version: 2, base })]);
      const late = await documents.replaceDocuments(acme, [
        makeReplacement({ texts: ["second writer"], version: 2, base }),
      ]);
      assert.deepEqual(late, ["conflict"]);
      assert.deepEqual(
        (await documents.listChunks(acme, "guide", noLabels)).map(({ text }) => text),
        ["first writer"],
      );
      assert.deepEqual(await found(documents, acme, "second"), []);
    },
  },

  {
    name: "documents: does not bring a deleted document back",
    run: async (documents) => {
      await put(documents, acme, { texts: ["one"] });
      const base = makeReplacement({ texts: ["one"] }).document;
      await documents.removeDocument(acme, "guide", noLabels);
      assert.deepEqual(
        await documents.replaceDocuments(acme, [makeReplacement({ texts: ["two"], version: 2, base })]),
        ["conflict"],
      );
      assert.deepEqual(await documents.listChunks(acme, "guide", noLabels), []);
    },
  },

  {
    name: "documents: ends in the same state when a replacement is repeated",
    run: async (documents) => {
      await put(documents, acme, { texts: ["one", "two"] });
      assert.deepEqual(await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one", "two"] })]), [
        "replaced",
      ]);
      assert.deepEqual(
        (await documents.listChunks(acme, "guide", noLabels)).map(({ text }) => text),
        ["one", "two"],
      );
      assert.deepEqual(await found(documents, acme, "two"), ["two"]);
    },
  },

  {
    name: "documents: takes a document of more rows and bytes than fit into one statement",
    run: async (documents) => {
      const texts = Array.from({ length: 600 }, (_, index) => `chunk ${index} ${"x".repeat(2_000)}`);
      await put(documents, acme, { texts });
      assert.equal((await documents.findDocument(acme, "guide", noLabels))?.chunks, texts.length);
      assert.deepEqual(await found(documents, acme, "599"), [texts[599]]);
      assert.equal((await documents.removeDocument(acme, "guide", noLabels)).chunks, texts.length);
    },
  },

  {
    name: "documents: removes everything of a document and says how much it was",
    run: async (documents) => {
      await put(documents, acme, { texts: ["one", "two"] });
      assert.deepEqual(await documents.removeDocument(acme, "guide", noLabels), { chunks: 2, existed: true });
      assert.deepEqual(await documents.removeDocument(acme, "guide", noLabels), { chunks: 0, existed: false });
      assert.equal(await documents.findDocument(acme, "guide", noLabels), undefined);
      assert.deepEqual(await found(documents, acme, "one two"), []);
    },
  },

  {
    name: "documents: pages through documents by id, each once",
    run: async (documents) => {
      const ids = Array.from({ length: 7 }, (_, index) => `doc/${index}`);
      await put(documents, acme, ...ids.map((docId) => ({ docId, texts: [docId] })));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await documents.listDocuments(
          acme,
          { limit: 3, ...(cursor === undefined ? {} : { cursor }) },
          noLabels,
        );
        seen.push(...page.documents.map(({ docId }) => docId));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      assert.deepEqual(seen, ids);
    },
  },

  {
    name: "documents: refuses a cursor it did not give",
    run: async (documents) => {
      await assert.rejects(documents.listDocuments(acme, { limit: 3, cursor: "é%%" }, noLabels), {
        code: "invalid_request",
      });
    },
  },

  {
    name: "documents: counts the corpus version up with every change",
    run: async (documents) => {
      assert.equal(await documents.corpusVersion(acme), 0);
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one"] })]);
      const afterIngest = await documents.corpusVersion(acme);
      await documents.removeDocument(acme, "guide", noLabels);
      const afterDelete = await documents.corpusVersion(acme);
      await documents.removeDocument(acme, "guide", noLabels);
      assert.ok(0 < afterIngest && afterIngest < afterDelete);
      assert.equal(await documents.corpusVersion(acme), afterDelete, "deleting nothing changes nothing");
    },
  },
];

const textSearchCases: readonly ContractCase<DocumentStore>[] = [
  {
    name: "text search: stems words and joins them by OR, the better match first",
    run: async (documents) => {
      await put(documents, acme, { texts: ["engines and turbines", "the turbine hall", "a quiet lake"] });
      assert.deepEqual(await found(documents, acme, "Which turbine engine?"), [
        "engines and turbines",
        "the turbine hall",
      ]);
    },
  },

  {
    name: "text search: finds by title",
    run: async (documents) => {
      await put(documents, acme, { texts: ["Thirty days."], title: "Refund policy" });
      assert.deepEqual(await found(documents, acme, "refunds"), ["Thirty days."]);
    },
  },

  {
    name: "text search: takes no text of a query for syntax",
    run: async (documents) => {
      await put(documents, acme, { texts: ["alpha beta"] });
      const hostile = [
        '"',
        "'",
        "alpha AND",
        "NEAR(alpha beta)",
        "tenant:alpha",
        "alpha*",
        "(",
        "a OR b) OR (x",
        "{text}:alpha",
        "-alpha",
        "^alpha",
        '""alpha""',
        "alpha\u0000beta",
        "½ ② 😀",
        "%",
        "--",
        ";",
        "\u200d",
      ];
      for (const query of hostile) await documents.searchText(acme, query, 10, everything);
      assert.deepEqual(await found(documents, acme, 'NOT "alpha" ) *'), ["alpha beta"]);
      assert.deepEqual(await found(documents, acme, "!!! ???"), []);
    },
  },

  {
    name: "text search: takes more words than it looks for",
    run: async (documents) => {
      await put(documents, acme, { texts: ["needle"] });
      const haystack = Array.from({ length: 400 }, (_, index) => `word${index}`).join(" ");
      assert.deepEqual(await found(documents, acme, `needle ${haystack}`), ["needle"]);
    },
  },

  {
    name: "text search: filters by document, source and metadata, comparing types",
    run: async (documents) => {
      await put(
        documents,
        acme,
        { docId: "a", texts: ["alpha one"], source: "wiki", metadata: { year: 2024, draft: true, tags: ["x", "y"] } },
        { docId: "b", texts: ["alpha two"], source: "mail", metadata: { year: "2024", draft: false, "a.b": "c" } },
      );
      const ids = async (filter: DocumentFilter): Promise<string[]> =>
        (await documents.searchText(acme, "alpha", 10, { filter, acl: noLabels }))
          .map(({ chunk }) => chunk.docId)
          .sort();
      assert.deepEqual(await ids({ sources: ["wiki"] }), ["a"]);
      assert.deepEqual(await ids({ docIds: ["a", "b"] }), ["a", "b"]);
      assert.deepEqual(await ids({ metadata: new Map([["year", [2024]]]) }), ["a"]);
      assert.deepEqual(await ids({ metadata: new Map([["year", ["2024"]]]) }), ["b"]);
      assert.deepEqual(await ids({ metadata: new Map([["draft", [true]]]) }), ["a"]);
      assert.deepEqual(await ids({ metadata: new Map([["tags", ["y", "z"]]]) }), ["a"]);
      assert.deepEqual(await ids({ metadata: new Map([["a.b", ["c"]]]) }), ["b"]);
      assert.deepEqual(await ids({ metadata: new Map([["constructor", ["c"]]]) }), []);
    },
  },
];

const tenantCases: readonly ContractCase<DocumentStore>[] = [
  {
    name: "tenants: never shows one tenant what is another's, even under the same ids",
    run: async (documents) => {
      await put(documents, acme, { texts: ["the acme secret"], title: "Acme" });
      assert.deepEqual(await found(documents, acmeLabs, "acme secret"), []);
      assert.equal(await documents.findDocument(acmeLabs, "guide", noLabels), undefined);
      assert.deepEqual(await documents.listChunks(acmeLabs, "guide", noLabels), []);
      assert.deepEqual(await documents.findChunks(acmeLabs, ["guide-1-0"], noLabels), []);
      assert.deepEqual((await documents.listDocuments(acmeLabs, { limit: 10 }, noLabels)).documents, []);
      assert.deepEqual(await documents.removeDocument(acmeLabs, "guide", noLabels), { chunks: 0, existed: false });
      assert.equal(await documents.corpusVersion(acmeLabs), 0);
      assert.deepEqual(await found(documents, acme, "secret"), ["the acme secret"]);
    },
  },

  {
    name: "tenants: keeps documents of the same id apart",
    run: async (documents) => {
      await put(documents, acme, { texts: ["shared word acme"] });
      await documents.replaceDocuments(acmeLabs, [makeReplacement({ texts: ["shared word labs"] })]);
      assert.deepEqual(await found(documents, acme, "shared"), ["shared word acme"]);
      assert.deepEqual(await found(documents, acmeLabs, "shared"), ["shared word labs"]);
      await documents.removeDocument(acme, "guide", noLabels);
      assert.deepEqual(await found(documents, acmeLabs, "shared"), ["shared word labs"]);
    },
  },
];

const ledgerCases: readonly ContractCase<DocumentStore>[] = [
  {
    name: "ledger of vectors: knows which vectors live and which are doomed",
    run: async (documents) => {
      await documents.planVectors(acme, [planned("guide-1-0"), planned("left-over")]);
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one"] })]);
      assert.deepEqual(
        [...(await documents.listLiveVectors(acme, ["guide"]))],
        [["guide", [{ vectorId: "guide-1-0", embeddingHash: "hash of guide-1-0" }]]],
      );
      assert.deepEqual(await documents.listDoomedVectors(acme, ["guide"]), ["left-over"]);
      assert.deepEqual(await documents.listDoomedVectors(acme), ["left-over"]);
      assert.deepEqual((await documents.findStates(acme, ["none"])).doomedVectors, ["left-over"]);
      assert.deepEqual(await documents.listDoomedVectors(acmeLabs, ["guide"]), []);
      assert.deepEqual((await documents.findStates(acmeLabs, ["guide"])).doomedVectors, []);
      await documents.forgetDoomedVectors(acme, ["left-over", "guide-1-0"]);
      assert.deepEqual(await documents.listDoomedVectors(acme, ["guide"]), []);
      assert.equal((await documents.listLiveVectors(acme, ["guide"])).size, 1, "a live vector is not forgotten");
    },
  },

  {
    name: "ledger of vectors: leaves vectors alone that a later version is being made of",
    run: async (documents) => {
      await documents.planVectors(acme, [planned("of-version-2", 2)]);
      const states = await documents.findStates(acme, ["guide", "none"]);
      assert.deepEqual(
        states.documents.map(({ hasPendingVectors }) => hasPendingVectors),
        [true, false],
      );
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one"] })]);
      assert.deepEqual(await documents.listDoomedVectors(acme, ["guide"]), []);
    },
  },

  {
    name: "ledger of vectors: dooms what a losing writer announced, but nothing that is in use",
    run: async (documents) => {
      await documents.planVectors(acme, [planned("guide-1-0"), planned("lost")]);
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one"] })]);
      await documents.forgetDoomedVectors(acme, ["lost"]);
      await documents.dismissVectors(acme, [planned("guide-1-0"), planned("lost")]);
      assert.deepEqual(await documents.listDoomedVectors(acme, ["guide"]), ["lost"]);
    },
  },

  {
    name: "ledger of vectors: dooms all vectors of a removed document, the pending ones too",
    run: async (documents) => {
      await documents.planVectors(acme, [planned("guide-1-0"), planned("pending", 5)]);
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one"] })]);
      await documents.removeDocument(acme, "guide", noLabels);
      assert.deepEqual([...(await documents.listDoomedVectors(acme, ["guide"]))].sort(), ["guide-1-0", "pending"]);
    },
  },
];

/** What every document store has to keep. Each case is given an empty store. */
export const documentStoreContract = [...documentCases, ...textSearchCases, ...tenantCases, ...ledgerCases];

async function put(
  documents: DocumentStore,
  tenantId: TenantId,
  ...inputs: readonly ReplacementInput[]
): Promise<void> {
  await documents.replaceDocuments(tenantId, inputs.map(makeReplacement));
}

async function found(documents: DocumentStore, tenantId: TenantId, query: string): Promise<string[]> {
  return (await documents.searchText(tenantId, query, 10, everything)).map(({ chunk }) => chunk.text);
}

function planned(vectorId: string, version = 1): PlannedVector {
  return { docId: "guide", vectorId, version, embeddingHash: `hash of ${vectorId}` };
}
