import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { type Fixture, eventually, fixtureDeployment, startFixture } from "./start-fixture.js";

describe("env.VECTORIZE of the real class", () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
    const { error } = await fixture.vectorize("upsert", [
      {
        id: "a",
        values: [1, 0, 0],
        metadata: { kind: "faq", year: 2026, doc: { part: "intro" }, text: "not indexed" },
      },
      { id: "b", values: [0.9, 0.1, 0], namespace: "n", metadata: { kind: "blog", year: 2024 } },
      { id: "c", values: [0, 1, 0] },
    ]);
    assert.equal(error, undefined);
  });
  after(() => fixture.runtime.dispose());

  const query = async (options: object, vector: unknown = [1, 0, 0]) => {
    const { value, error } = await fixture.vectorize("query", vector, options);
    assert.equal(error, undefined);
    return (value as { matches: { id: string; metadata?: unknown; values?: unknown; namespace?: string }[] }).matches;
  };
  const ids = async (options: object) => (await query(options)).map(({ id }) => id);

  it("gives neither values nor metadata unless asked", async () => {
    const [best] = await query({});
    assert.deepEqual(best, { id: "a", score: 1 });
  });

  it("gives all metadata, or what is indexed, and values", async () => {
    const metadata = { kind: "faq", year: 2026, doc: { part: "intro" } };
    assert.deepEqual((await query({ topK: 1, returnMetadata: "all" }))[0]?.metadata, {
      ...metadata,
      text: "not indexed",
    });
    assert.deepEqual((await query({ topK: 1, returnMetadata: "indexed" }))[0]?.metadata, metadata);
    assert.deepEqual((await query({ topK: 1, returnValues: true }))[0]?.values, [1, 0, 0]);
  });

  it("searches in a namespace, and by filter on declared properties only", async () => {
    assert.deepEqual(await ids({ namespace: "n" }), ["b"]);
    assert.deepEqual(await ids({ filter: { kind: "blog" } }), ["b"]);
    assert.deepEqual(await ids({ filter: { "doc.part": "intro" } }), ["a"]);
    assert.deepEqual(await ids({ filter: { year: { $gte: 2025, $lt: 2027 } } }), ["a"]);
    assert.deepEqual(await ids({ filter: { text: "not indexed" } }), []);
  });

  it("finds the neighbours of a stored vector", async () => {
    const { value } = await fixture.vectorize("queryById", "a", { topK: 2 });
    assert.deepEqual(
      (value as { matches: { id: string }[] }).matches.map(({ id }) => id),
      ["a", "b"],
    );
  });

  it("inserts only new ids, upserts all, deletes and gives by id", async () => {
    await fixture.vectorize("insert", [
      { id: "a", values: [0, 0, 1] },
      { id: "d", values: [0, 0, 1] },
    ]);
    const { value: inserted } = await fixture.vectorize("getByIds", ["a", "d", "nobody"]);
    assert.deepEqual(
      (inserted as unknown as { id: string; values: number[] }[]).map(({ id, values }) => [id, ...values]),
      [
        ["a", 1, 0, 0],
        ["d", 0, 0, 1],
      ],
    );
    const { value: deleted } = await fixture.vectorize("deleteByIds", ["d"]);
    const { value: info } = await fixture.vectorize("describe");
    assert.deepEqual(
      [info["vectorCount"], info["dimensions"], info["processedUpToMutation"]],
      [3, 3, deleted["mutationId"]],
    );
  });

  const vectors = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `bulk-${i}`, values: [0, 0, 1] }));
  const one = (changes: object) => [[{ id: "x", values: [1, 0, 0], ...changes }]];
  const metadataOf = (bytes: number) => ({ t: "x".repeat(bytes - '{"t":""}'.length) });
  const many = (count: number) => [Array.from({ length: count }, (_, i) => `id-${i}`)];

  for (const [what, operation, given, error] of [
    [
      "1,001 vectors in a batch",
      "upsert",
      [vectors(1_001)],
      "VECTOR_UPSERT_ERROR (code = 40008): too many vectors in payload; max vector count is 1000, got 1001",
    ],
    [
      "an id of 65 bytes",
      "insert",
      one({ id: "é".repeat(32) + "x" }),
      "VECTOR_INSERT_ERROR (code = 40008): id too long; max is 64 bytes, got 65 bytes",
    ],
    [
      "a namespace of 65 bytes",
      "upsert",
      one({ namespace: "n".repeat(65) }),
      "namespace too long; max is 64 bytes, got 65 bytes",
    ],
    [
      "metadata of more than 10 KiB",
      "upsert",
      one({ metadata: metadataOf(10_241) }),
      'metadata too large for id="x"; max is 10240 bytes, got 10241 bytes',
    ],
    [
      "a vector of other dimensions",
      "upsert",
      one({ values: [1, 2] }),
      'VECTOR_UPSERT_ERROR (code = 40012): invalid vector for id="x", expected 3 dimensions, and got 2 dimensions',
    ],
    ["a metadata key with a dot", "upsert", one({ metadata: { "a.b": 1 } }), "invalid metadata key"],
    ["text with a lone surrogate", "upsert", one({ metadata: { t: "\ud835" } }), "VECTOR_UPSERT_ERROR (code = 40023)"],
    [
      "a query of other dimensions",
      "query",
      [[1, 0]],
      "VECTOR_QUERY_ERROR (code = 40006): invalid query vector, expected 3 dimensions, and got 2 dimensions",
    ],
    [
      "topK 101",
      "query",
      [[1, 0, 0], { topK: 101 }],
      "VECTOR_QUERY_ERROR (code = 40025): max top K is 100, but got 101",
    ],
    [
      "topK 21 with metadata",
      "query",
      [[1, 0, 0], { topK: 21, returnMetadata: "all" }],
      "(code = 40025): with returnValues=true or returnMetadata=all, max top K is 20, but got 21",
    ],
    ["topK 21 with values", "query", [[1, 0, 0], { topK: 21, returnValues: true }], "max top K is 20, but got 21"],
    ["topK 0", "query", [[1, 0, 0], { topK: 0 }], "code = 40025"],
    [
      "returnMetadata false",
      "query",
      [[1, 0, 0], { returnMetadata: false }],
      "VECTOR_QUERY_ERROR (code = 40026): Failed to parse the request body as JSON: returnMetadata: expected value",
    ],
    [
      "a filter of 2,048 bytes",
      "query",
      [[1, 0, 0], { filter: { kind: "x".repeat(2_048 - 11) } }],
      "must be less than 2048 bytes, got 2048 bytes",
    ],
    ["an empty filter", "query", [[1, 0, 0], { filter: {} }], "filter must be a non-empty object"],
    [
      "21 ids to get",
      "getByIds",
      many(21),
      "VECTOR_GET_ERROR (code = 40007): too many ids in payload; max id count is 20, got 21",
    ],
    [
      "101 ids to delete",
      "deleteByIds",
      many(101),
      "VECTOR_DELETE_ERROR (code = 40007): too many ids in payload; max id count is 100, got 101",
    ],
    ["neighbours of an unknown vector", "queryById", ["nobody"], "VECTOR_QUERY_ERROR (code = 40024)"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const result = await fixture.vectorize(operation, ...given);
      assert.ok(result.error?.includes(error), `${result.error}`);
    });
  }

  it("takes everything at its limit", async () => {
    for (const [operation, given] of [
      ["upsert", [vectors(1_000)]],
      ["upsert", one({ id: "i".repeat(64), namespace: "n".repeat(64), metadata: metadataOf(10_240) })],
      ["query", [[1, 0, 0], { topK: 100, returnMetadata: "indexed" }]],
      ["query", [[1, 0, 0], { topK: 20, returnMetadata: "all", returnValues: true }]],
      ["query", [[1, 0, 0], { filter: { kind: "x".repeat(2_047 - 11) } }]],
      ["getByIds", many(20)],
      ["deleteByIds", many(100)],
    ] as const) {
      const { error } = await fixture.vectorize(operation, ...given);
      assert.equal(error, undefined, operation);
    }
  });

  it("filters by the first 64 bytes of a string", async () => {
    const long = "€".repeat(40);
    await fixture.vectorize("upsert", one({ id: "long", metadata: { kind: long } })[0]);
    assert.deepEqual(await ids({ filter: { kind: "€".repeat(21) } }), ["long"]);
    const [match] = await query({ filter: { kind: long }, returnMetadata: "indexed" });
    assert.deepEqual(match?.metadata, { kind: "€".repeat(21) });
  });
});

describe("mutations that become visible later", () => {
  it("are applied in their order once their time has come", async () => {
    const fixture = await startFixture({ vectorVisibilityDelayMs: 1_000 });
    try {
      await fixture.vectorize("upsert", [
        { id: "a", values: [1, 0, 0] },
        { id: "b", values: [1, 0, 0] },
      ]);
      const { value: last } = await fixture.vectorize("deleteByIds", ["b"]);
      const count = async () => (await fixture.vectorize("describe")).value["vectorCount"];
      assert.equal(await count(), 0);
      await eventually(
        async () => (await fixture.vectorize("describe")).value["processedUpToMutation"] === last["mutationId"],
      );
      assert.equal(await count(), 1);
    } finally {
      await fixture.runtime.dispose();
    }
  });
});

describe("an index that is bound with other dimensions", () => {
  it("says which dimensions it was created with", async () => {
    const fixture = await startFixture();
    try {
      await fixture.vectorize("upsert", [{ id: "a", values: [1, 0, 0] }]);
      const index = { dimensions: 2, metric: "cosine", metadataIndexes: [] } as const;
      await fixture.runtime.reload({
        workers: [fixtureDeployment("fixture", { vectorIndexes: { "fixture-index": index } })],
        onLog: () => undefined,
      });
      const { error } = await fixture.vectorize("query", [1, 0]);
      assert.match(error ?? "", /created with 3 dimensions and is now bound with 2/);
    } finally {
      await fixture.runtime.dispose();
    }
  });
});
