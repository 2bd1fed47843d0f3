import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import type { Scope } from "#tenancy/scopes";
import { DOORS } from "#tests/tools/doors";
import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

/** Each built-in tool, arguments that it takes, and the scopes it needs besides its own. */
const TOOLS: readonly (readonly [tool: string, given: Readonly<Record<string, unknown>>, scopes: readonly Scope[]])[] =
  [
    ["classify_intent", { text: "Cancel my order", labels: ["cancel_order", "other"] }, []],
    ["extract_entities", { text: "Ada lives in London." }, []],
    ["ingest_docs", { documents: [{ docId: "matrix.md", text: "A lamp." }] }, ["ingest"]],
    ["kv_get", { key: "greeting" }, []],
    ["summarize", { text: "A lamp. A chair." }, []],
    ["tag_chunk_docs", { documents: [{ docId: "matrix.md", text: "A lamp." }] }, []],
    ["vector_search", { query: "lamps" }, ["search"]],
  ];

const PAST = "2020-01-01T00:00:00.000Z";

/** Every tool × every kind of caller × every door. */
describe("who may use which tool", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  beforeEach(() => worker.runtime.control.reset());
  after(() => worker.dispose());

  for (const [door, { knock, tenant: home, doorScopes, refusal, hasWriters }] of Object.entries(DOORS)) {
    describe(`by ${door}`, () => {
      for (const [tool, given, scopes] of TOOLS) {
        if (tool === "ingest_docs" && !hasWriters) continue;
        const right: readonly Scope[] = [`tools:${tool}`, ...scopes, ...doorScopes];
        const cases: readonly (readonly [
          who: string,
          tenant: string,
          key: () => Promise<string | undefined>,
          verdict: string,
        ])[] = [
          ["no key", home, () => Promise.resolve(undefined), "unauthenticated"],
          ["a key that nobody made", home, () => Promise.resolve(`ak_${home}_${"x".repeat(43)}`), "unauthenticated"],
          ["another tenant's key", home, () => worker.makeKey("globex", right), "unauthenticated"],
          ["an expired key", "acme", () => worker.makeKey(home, right, { expiresAt: PAST }), "unauthenticated"],
          [
            "a key with every scope but those of tools",
            home,
            () => worker.makeKey(home, ["chat", "search", "ingest", "tts", "metrics", "admin"]),
            refusal,
          ],
          [
            "a key for another tool",
            home,
            () =>
              worker.makeKey(home, [tool === "kv_get" ? "tools:summarize" : "tools:kv_get", ...scopes, ...doorScopes]),
            refusal,
          ],
          [
            "the right key of a tenant that has switched it off",
            "hooli",
            () => worker.makeKey("hooli", right),
            refusal,
          ],
          ["the right key", home, () => worker.makeKey(home, right), "ok"],
          ["a key for all tools", home, () => worker.makeKey(home, ["tools", ...scopes, ...doorScopes]), "ok"],
        ];
        const lacking = scopes.map((scope) => [`a key without ${scope}`, scope] as const);
        for (const [who, tenant, key, verdict] of cases) {
          it(`${tool}, ${who}: ${verdict}`, async () => {
            assert.equal(await knock(worker, { tenant, key: await key(), tool, given }), verdict);
          });
        }
        for (const [who, scope] of lacking) {
          it(`${tool}, ${who}: ${refusal}`, async () => {
            const key = await worker.makeKey(
              home,
              right.filter((held) => held !== scope),
            );
            assert.equal(await knock(worker, { tenant: home, key, tool, given }), refusal);
          });
        }
      }
    });
  }

  it("records what was refused to a key, and nothing of those who have none", async () => {
    const DB = worker.runtime.d1("DB");
    const { results } = await DB.prepare(
      "SELECT tenant_id, door, tool, outcome, code, count(*) AS n FROM audit_records GROUP BY 1, 2, 3, 4, 5",
    ).all<{ tenant_id: string; door: string; tool: string; outcome: string; code: string | null; n: number }>();
    for (const name of new Set(Object.values(DOORS).map((door) => door.name))) {
      const doors = Object.values(DOORS).filter((door) => door.name === name);
      const recording = doors.filter(({ recordsRefusals }) => recordsRefusals).length;
      for (const [tool] of TOOLS.filter(
        ([known]) => known !== "ingest_docs" || doors.some((door) => door.hasWriters),
      )) {
        const countOf = (tenant: string | undefined, outcome: string) =>
          results
            .filter(
              (row) => row.tenant_id === tenant && row.door === name && row.tool === tool && row.outcome === outcome,
            )
            .reduce((sum, { n }) => sum + n, 0);
        assert.ok(countOf(doors[0]?.tenant, "denied") >= 2 * recording, `${name} ${tool}`);
        assert.equal(countOf("hooli", "denied"), recording, `${name} ${tool}`);
        assert.equal(countOf(doors[0]?.tenant, "ok"), 2 * doors.length, `${name} ${tool}`);
      }
    }
    assert.ok(results.every(({ code }) => code !== "unauthenticated"));
  });
});
