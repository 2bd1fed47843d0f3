import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { toPlatformError } from "#base/errors";
import { deleteDocument } from "#rag/delete-document";
import { ingestDocuments } from "#rag/ingest-documents";
import type { IngestDocument } from "#rag/ingest-request";
import { parseIngestRequest } from "#rag/parse-ingest-request";
import type { SearchServices } from "#rag/rag-services";
import { retrievePassages } from "#rag/retrieve-passages";
import { acme, globex, startRag, testCall, testSettings, type TestRag } from "#rag/testing/start-rag";
import type { TenantId } from "#tenancy/tenant-id";

const section = (title: string, word: string): string =>
  `# ${title}\n\n${`All about the ${word} and its ${word} parts. `.repeat(7)}\n\n`;
const THREE_PARTS = section("Engine", "turbine") + section("Hull", "rivet") + section("Crew", "boatswain");

describe("ingestDocuments", () => {
  let rag: TestRag;
  before(async () => {
    rag = await startRag();
  });
  after(() => rag.dispose());
  let docId: string;
  let round = 0;
  beforeEach(() => {
    docId = `ship-${++round}`;
  });

  const ingest = (documents: readonly IngestDocument[], services = rag.services, tenantId: TenantId = acme) =>
    ingestDocuments(tenantId, services, { ...testCall, documents });
  const found = async (query: string, tenantId: TenantId = acme): Promise<string[]> => {
    const { passages } = await retrievePassages(tenantId, rag.services, {
      ...testCall,
      query,
      topK: 20,
      filter: { docIds: [docId] },
    });
    return passages.map(({ chunk }) => chunk.text);
  };

  it("stores a document so that words and meaning find it", async () => {
    const answer = await ingest([{ docId, text: THREE_PARTS, title: "Ship" }]);
    assert.deepEqual(answer.documents, [{ docId, version: 1, chunks: 3, unchanged: false }]);
    const { passages, stages } = await retrievePassages(acme, rag.services, {
      ...testCall,
      query: "rivets of the hull",
      topK: 5,
      filter: {},
    });
    assert.match(passages[0]?.chunk.text ?? "", /rivet/);
    assert.ok(passages[0]?.scores.lexicalRank !== undefined && passages[0].scores.vectorRank !== undefined);
    assert.deepEqual(
      stages.map(({ name }) => name),
      ["lexical", "embed", "vector", "read", "fused", "dedupe"],
    );
  });

  it("does nothing for a document that did not change", async () => {
    await ingest([{ docId, text: THREE_PARTS }]);
    const onlyReads: SearchServices = {
      ...rag.services,
      models: { ...rag.services.models, embed: () => assert.fail("embedded") },
      vectors: { ...rag.services.vectors, upsert: () => assert.fail("wrote a vector") },
      documents: {
        ...rag.services.documents,
        replaceDocuments: () => assert.fail("wrote a document"),
        planVectors: () => assert.fail("planned"),
      },
    };
    const answer = await ingest([{ docId, text: THREE_PARTS }], onlyReads);
    assert.deepEqual(answer.documents, [{ docId, version: 1, chunks: 3, unchanged: true }]);
  });

  it("embeds of a changed document only what changed", async () => {
    await ingest([{ docId, text: THREE_PARTS }]);
    const embedded: string[] = [];
    const counting: SearchServices = {
      ...rag.services,
      models: {
        ...rag.services.models,
        embed: (tenantId, request, context) => {
          embedded.push(...request.texts);
          return rag.services.models.embed(tenantId, request, context);
        },
      },
    };
    const changed = section("Engine", "turbine") + section("Hull", "welding") + section("Crew", "boatswain");
    const answer = await ingest([{ docId, text: changed }], counting);
    assert.deepEqual(answer.documents, [{ docId, version: 2, chunks: 3, unchanged: false }]);
    assert.equal(embedded.length, 1);
    assert.match(embedded[0] ?? "", /welding/);
    assert.equal((await found("turbine")).filter((text) => text.includes("turbine")).length, 1);
    assert.ok(!(await found("rivet")).some((text) => text.includes("rivet")));
  });

  it("embeds nothing when only metadata changes", async () => {
    await ingest([{ docId, text: THREE_PARTS, metadata: { a: 1 } }]);
    const services = { ...rag.services, models: { ...rag.services.models, embed: () => assert.fail("embedded") } };
    const answer = await ingest([{ docId, text: THREE_PARTS, metadata: { a: 2 } }], services);
    assert.equal(answer.documents[0]?.version, 2);
  });

  it("leaves no chunk of a longer version findable", async () => {
    await ingest([{ docId, text: THREE_PARTS }]);
    await ingest([{ docId, text: "Only a short note now." }]);
    assert.deepEqual(await found("turbine rivet boatswain"), ["Only a short note now."]);
    const before = await rag.storage.vectors.describe();
    await deleteDocument(acme, rag.services, docId, testCall.acl);
    const after = await rag.storage.vectors.describe();
    assert.equal(before.vectorCount - after.vectorCount, 1, "old vectors were gone before");
  });

  it("deletes every row and vector of a document", async () => {
    const before = await rag.count("acme");
    const { vectorCount } = await rag.storage.vectors.describe();
    await ingest([{ docId, text: THREE_PARTS }]);
    assert.deepEqual(await deleteDocument(acme, rag.services, docId, testCall.acl), {
      docId,
      deleted: true,
      chunks: 3,
      vectors: 3,
    });
    assert.deepEqual(await rag.count("acme"), before);
    assert.equal((await rag.storage.vectors.describe()).vectorCount, vectorCount);
    await assert.rejects(deleteDocument(acme, rag.services, docId, testCall.acl), { code: "not_found" });
  });

  it("keeps two tenants apart in one database and one index", async () => {
    await ingest([{ docId, text: "The acme turbine secret." }]);
    await ingest([{ docId, text: "The globex turbine plan." }], rag.services, globex);
    assert.deepEqual(await found("turbine secret plan"), ["The acme turbine secret."]);
    assert.deepEqual(await found("turbine secret plan", globex), ["The globex turbine plan."]);
    await deleteDocument(globex, rag.services, docId, testCall.acl);
    assert.deepEqual(await found("turbine secret plan"), ["The acme turbine secret."]);
  });

  it("lets no metadata of a caller pass for the platform's", async () => {
    await ingest([{ docId, text: "Forged turbine.", metadata: { tenantId: "globex", docId: "other", chunkId: "x" } }]);
    assert.deepEqual(await found("forged turbine"), ["Forged turbine."]);
    const other = await retrievePassages(globex, rag.services, {
      ...testCall,
      query: "forged turbine",
      topK: 20,
      filter: {},
    });
    assert.ok(!other.passages.some(({ chunk }) => chunk.text.includes("Forged")));
  });

  it("stops when model and index do not fit, before anything is written", async () => {
    const before = await rag.count("acme");
    const call = { ...testCall, settings: { ...testSettings, dimensions: 384 }, documents: [{ docId, text: "x" }] };
    await assert.rejects(ingestDocuments(acme, rag.services, call), { code: "internal" });
    assert.deepEqual(await rag.count("acme"), before);
  });

  it("refuses chunk sizes that cannot be, texts that are too large, and repeated ids", async () => {
    const bad = { docId, text: "x", chunking: { size: 300, overlap: 150, unit: "characters" as const } };
    await assert.rejects(ingest([bad]), { code: "invalid_request" });
    await assert.rejects(ingest([{ docId, text: "ä".repeat(3 * 1024 * 1024) }]), { code: "payload_too_large" });
    assert.throws(
      () =>
        parseIngestRequest({
          documents: [
            { docId, text: "x" },
            { docId, text: "y" },
          ],
        }),
      { code: "invalid_request" },
    );
    for (const body of [
      null,
      [],
      {},
      { docId: "a b", text: "x" },
      { docId, text: " " },
      { docId, text: "\ud800" },
      { docId, text: "x", tenantId: "globex" },
      { documents: [] },
    ]) {
      assert.throws(() => parseIngestRequest(body), { code: "invalid_request" });
    }
  });

  it("lets one of two concurrent writers win, completely", async () => {
    await ingest([{ docId, text: THREE_PARTS }]);
    const outcomes = await Promise.allSettled(
      ["alpha", "bravo", "charlie"].map((word) => ingest([{ docId, text: section("New", word) }])),
    );
    const texts = await found("alpha bravo charlie turbine");
    assert.equal(texts.length, 1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") assert.equal(toPlatformError(outcome.reason).code, "conflict");
    }
    assert.ok(outcomes.some(({ status }) => status === "fulfilled"));
    assert.equal((await rag.storage.vectors.describe()).vectorCount, await liveVectors(rag));
  });
});

/** Rows of the ledger of all tenants. */
async function liveVectors(rag: TestRag): Promise<number> {
  return (await rag.count("acme")).ledger + (await rag.count("globex")).ledger;
}
