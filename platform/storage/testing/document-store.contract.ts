import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { DocumentMetadata } from "#storage/document-record";
import type { DocumentReplacement, DocumentStore } from "#storage/document-store";
import { tenantIdSchema, type TenantId } from "#tenancy/tenant-id";

/** The two tenants that contract suites use. They share whatever lies below the store. */
export const acme = tenantIdSchema.parse("acme");
export const acmeLabs = tenantIdSchema.parse("acme-labs");

/** What a replacement is made from in tests. */
export interface ReplacementInput {
  readonly docId?: string;
  readonly texts: readonly string[];
  readonly version?: number;
  readonly base?: DocumentReplacement["base"];
  readonly title?: string;
  readonly source?: string;
  readonly metadata?: DocumentMetadata;
}

/** A replacement whose chunks stand one after the other; fingerprint and hashes come from the texts. */
export function makeReplacement(input: ReplacementInput): DocumentReplacement {
  const { docId = "guide", texts, version = 1, base, title, source, metadata = {} } = input;
  let at = 0;
  const chunks = texts.map((text, index) => {
    const start = at;
    at += text.length;
    const chunkId = `${docId}-${version}-${index}`;
    return { chunkId, index, context: "", text, start, end: at, startByte: start, endByte: at, embeddingHash: text };
  });
  const document = {
    docId,
    version,
    contentHash: texts.join(""),
    fingerprint: JSON.stringify([texts, title, source, metadata]),
    ...(title === undefined ? {} : { title }),
    ...(source === undefined ? {} : { source }),
    metadata,
    acl: [],
    chunks: chunks.length,
    bytes: at,
    createdAtMs: 1_000,
    updatedAtMs: 1_000 + version,
  };
  return { base, document, chunks };
}

/** What every document store has to keep. `makeStore` gives an empty one for each test. */
export function describeDocumentStore(name: string, makeStore: () => Promise<DocumentStore>): void {
  const store = async (tenantId: TenantId, ...inputs: readonly ReplacementInput[]): Promise<DocumentStore> => {
    const documents = await makeStore();
    await documents.replaceDocuments(tenantId, inputs.map(makeReplacement));
    return documents;
  };
  const found = async (documents: DocumentStore, tenantId: TenantId, query: string): Promise<string[]> =>
    (await documents.searchText(tenantId, query, 10, {})).map(({ chunk }) => chunk.text);

  describe(`${name}: documents`, () => {
    it("gives back what was stored, exactly", async () => {
      const texts = ["Zürich 😀\r\n\ttabs", "e\u0301 \u0000 漢字"];
      const documents = await store(acme, { texts, title: "T", source: "wiki", metadata: { lang: "en", tags: ["a"] } });
      const document = await documents.findDocument(acme, "guide");
      assert.deepEqual(
        document,
        makeReplacement({ texts, title: "T", source: "wiki", metadata: { lang: "en", tags: ["a"] } }).document,
      );
      assert.deepEqual(
        (await documents.listChunks(acme, "guide")).map(({ text }) => text),
        texts,
      );
    });

    it("replaces all chunks of a document, so that nothing old can be found", async () => {
      const documents = await store(acme, { texts: ["the old lighthouse", "the second part"] });
      const base = makeReplacement({ texts: ["the old lighthouse", "the second part"] }).document;
      const outcomes = await documents.replaceDocuments(acme, [
        makeReplacement({ texts: ["a new harbour"], version: 2, base }),
      ]);
      assert.deepEqual(outcomes, ["replaced"]);
      assert.deepEqual(await found(documents, acme, "lighthouse second"), []);
      assert.deepEqual(await found(documents, acme, "harbour"), ["a new harbour"]);
      assert.deepEqual(
        await documents
          .findChunks(acme, ["guide-1-0", "guide-2-0"])
          .then((chunks) => chunks.map(({ chunkId }) => chunkId)),
        ["guide-2-0"],
      );
    });

    it("lets the second of two writers that began at the same version change nothing", async () => {
      const documents = await store(acme, { texts: ["one"] });
      const base = makeReplacement({ texts: ["one"] }).document;
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["first writer"], version: 2, base })]);
      const late = await documents.replaceDocuments(acme, [
        makeReplacement({ texts: ["second writer"], version: 2, base }),
      ]);
      assert.deepEqual(late, ["conflict"]);
      assert.deepEqual(
        (await documents.listChunks(acme, "guide")).map(({ text }) => text),
        ["first writer"],
      );
      assert.deepEqual(await found(documents, acme, "second"), []);
    });

    it("does not bring a deleted document back", async () => {
      const documents = await store(acme, { texts: ["one"] });
      const base = makeReplacement({ texts: ["one"] }).document;
      await documents.removeDocument(acme, "guide");
      assert.deepEqual(
        await documents.replaceDocuments(acme, [makeReplacement({ texts: ["two"], version: 2, base })]),
        ["conflict"],
      );
      assert.deepEqual(await documents.listChunks(acme, "guide"), []);
    });

    it("ends in the same state when a replacement is repeated", async () => {
      const documents = await store(acme, { texts: ["one", "two"] });
      assert.deepEqual(await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one", "two"] })]), [
        "replaced",
      ]);
      assert.deepEqual(
        (await documents.listChunks(acme, "guide")).map(({ text }) => text),
        ["one", "two"],
      );
      assert.deepEqual(await found(documents, acme, "two"), ["two"]);
    });

    it("takes a document of many chunks and megabytes", async () => {
      const texts = Array.from({ length: 3_000 }, (_, index) => `chunk ${index} ${"x".repeat(900)}`);
      const documents = await store(acme, { texts });
      assert.equal((await documents.listChunks(acme, "guide")).length, 3_000);
      assert.deepEqual(await found(documents, acme, "2999"), [texts[2_999]]);
    });

    it("removes everything of a document and says how much it was", async () => {
      const documents = await store(acme, { texts: ["one", "two"] });
      assert.deepEqual(await documents.removeDocument(acme, "guide"), { chunks: 2, existed: true });
      assert.deepEqual(await documents.removeDocument(acme, "guide"), { chunks: 0, existed: false });
      assert.equal(await documents.findDocument(acme, "guide"), undefined);
      assert.deepEqual(await found(documents, acme, "one two"), []);
    });

    it("pages through documents by id, each once", async () => {
      const ids = Array.from({ length: 7 }, (_, index) => `doc/${index}`);
      const documents = await store(acme, ...ids.map((docId) => ({ docId, texts: [docId] })));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await documents.listDocuments(acme, { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.documents.map(({ docId }) => docId));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      assert.deepEqual(seen, ids);
    });

    it("refuses a cursor it did not give", async () => {
      const documents = await makeStore();
      await assert.rejects(documents.listDocuments(acme, { limit: 3, cursor: "é%%" }), { code: "invalid_request" });
    });

    it("counts the corpus version up with every change", async () => {
      const documents = await makeStore();
      assert.equal(await documents.corpusVersion(acme), 0);
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one"] })]);
      const afterIngest = await documents.corpusVersion(acme);
      await documents.removeDocument(acme, "guide");
      const afterDelete = await documents.corpusVersion(acme);
      await documents.removeDocument(acme, "guide");
      assert.ok(0 < afterIngest && afterIngest < afterDelete);
      assert.equal(await documents.corpusVersion(acme), afterDelete, "deleting nothing changes nothing");
    });
  });

  describe(`${name}: text search`, () => {
    it("stems words and joins them by OR, the better match first", async () => {
      const documents = await store(acme, { texts: ["engines and turbines", "the turbine hall", "a quiet lake"] });
      assert.deepEqual(await found(documents, acme, "Which turbine engine?"), [
        "engines and turbines",
        "the turbine hall",
      ]);
    });

    it("finds by title", async () => {
      const documents = await store(acme, { texts: ["Thirty days."], title: "Refund policy" });
      assert.deepEqual(await found(documents, acme, "refunds"), ["Thirty days."]);
    });

    it("takes no text of a query for syntax", async () => {
      const documents = await store(acme, { texts: ["alpha beta"] });
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
      for (const query of hostile) await documents.searchText(acme, query, 10, {});
      assert.deepEqual(await found(documents, acme, 'NOT "alpha" ) *'), ["alpha beta"]);
      assert.deepEqual(await found(documents, acme, "!!! ???"), []);
    });

    it("filters by document, source and metadata, comparing types", async () => {
      const documents = await store(
        acme,
        { docId: "a", texts: ["alpha one"], source: "wiki", metadata: { year: 2024, draft: true, tags: ["x", "y"] } },
        { docId: "b", texts: ["alpha two"], source: "mail", metadata: { year: "2024", draft: false, "a.b": "c" } },
      );
      const ids = async (filter: Parameters<DocumentStore["searchText"]>[3]): Promise<string[]> =>
        (await documents.searchText(acme, "alpha", 10, filter)).map(({ chunk }) => chunk.docId).sort();
      assert.deepEqual(await ids({ sources: ["wiki"] }), ["a"]);
      assert.deepEqual(await ids({ docIds: ["a", "b"] }), ["a", "b"]);
      assert.deepEqual(await ids({ metadata: new Map([["year", [2024]]]) }), ["a"]);
      assert.deepEqual(await ids({ metadata: new Map([["year", ["2024"]]]) }), ["b"]);
      assert.deepEqual(await ids({ metadata: new Map([["draft", [true]]]) }), ["a"]);
      assert.deepEqual(await ids({ metadata: new Map([["tags", ["y", "z"]]]) }), ["a"]);
      assert.deepEqual(await ids({ metadata: new Map([["a.b", ["c"]]]) }), ["b"]);
      assert.deepEqual(await ids({ metadata: new Map([["constructor", ["c"]]]) }), []);
    });
  });

  describe(`${name}: tenants`, () => {
    it("never shows one tenant what is another's, even under the same ids", async () => {
      const documents = await store(acme, { texts: ["the acme secret"], title: "Acme" });
      assert.deepEqual(await found(documents, acmeLabs, "acme secret"), []);
      assert.equal(await documents.findDocument(acmeLabs, "guide"), undefined);
      assert.deepEqual(await documents.listChunks(acmeLabs, "guide"), []);
      assert.deepEqual(await documents.findChunks(acmeLabs, ["guide-1-0"]), []);
      assert.deepEqual((await documents.listDocuments(acmeLabs, { limit: 10 })).documents, []);
      assert.deepEqual(await documents.removeDocument(acmeLabs, "guide"), { chunks: 0, existed: false });
      assert.equal(await documents.corpusVersion(acmeLabs), 0);
      assert.deepEqual(await found(documents, acme, "secret"), ["the acme secret"]);
    });

    it("keeps documents of the same id apart", async () => {
      const documents = await store(acme, { texts: ["shared word acme"] });
      await documents.replaceDocuments(acmeLabs, [makeReplacement({ texts: ["shared word labs"] })]);
      assert.deepEqual(await found(documents, acme, "shared"), ["shared word acme"]);
      assert.deepEqual(await found(documents, acmeLabs, "shared"), ["shared word labs"]);
      await documents.removeDocument(acme, "guide");
      assert.deepEqual(await found(documents, acmeLabs, "shared"), ["shared word labs"]);
    });
  });

  describe(`${name}: ledger of vectors`, () => {
    const planned = (vectorId: string, version = 1) => ({
      docId: "guide",
      vectorId,
      version,
      embeddingHash: `hash of ${vectorId}`,
    });

    it("knows which vectors live and which are doomed", async () => {
      const documents = await makeStore();
      await documents.planVectors(acme, [planned("guide-1-0"), planned("left-over")]);
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one"] })]);
      assert.deepEqual(
        [...(await documents.listLiveVectors(acme, ["guide"]))],
        [["guide", [{ vectorId: "guide-1-0", embeddingHash: "hash of guide-1-0" }]]],
      );
      assert.deepEqual(await documents.listDoomedVectors(acme, ["guide"]), ["left-over"]);
      assert.deepEqual(
        (await documents.findStates(acme, ["guide", "none"])).map(({ hasDoomedVectors }) => hasDoomedVectors),
        [true, false],
      );
      assert.deepEqual(await documents.listDoomedVectors(acmeLabs, ["guide"]), []);
      await documents.forgetDoomedVectors(acme, ["left-over", "guide-1-0"]);
      assert.deepEqual(await documents.listDoomedVectors(acme, ["guide"]), []);
      assert.equal((await documents.listLiveVectors(acme, ["guide"])).size, 1, "a live vector is not forgotten");
    });

    it("leaves vectors alone that a later version is being made of", async () => {
      const documents = await makeStore();
      await documents.planVectors(acme, [planned("of-version-2", 2)]);
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one"] })]);
      assert.deepEqual(await documents.listDoomedVectors(acme, ["guide"]), []);
    });

    it("dooms what a losing writer announced, but nothing that is in use", async () => {
      const documents = await makeStore();
      await documents.planVectors(acme, [planned("guide-1-0"), planned("lost")]);
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one"] })]);
      await documents.forgetDoomedVectors(acme, ["lost"]);
      await documents.dismissVectors(acme, [planned("guide-1-0"), planned("lost")]);
      assert.deepEqual(await documents.listDoomedVectors(acme, ["guide"]), ["lost"]);
    });

    it("dooms all vectors of a removed document, the pending ones too", async () => {
      const documents = await makeStore();
      await documents.planVectors(acme, [planned("guide-1-0"), planned("pending", 5)]);
      await documents.replaceDocuments(acme, [makeReplacement({ texts: ["one"] })]);
      await documents.removeDocument(acme, "guide");
      assert.deepEqual([...(await documents.listDoomedVectors(acme, ["guide"]))].sort(), ["guide-1-0", "pending"]);
    });
  });
}
