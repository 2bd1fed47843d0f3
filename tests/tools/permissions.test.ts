import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import type { Scope } from "#tenancy/scopes";
import { DOORS } from "#tests/tools/doors";
import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

/** Each built-in tool, arguments that it takes, and the scopes it needs besides its own. */
const TOOLS: readonly (readonly [tool: string, given: object, scopes: readonly Scope[]])[] = [
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

  for (const [door, { knock, doorScopes }] of Object.entries(DOORS)) {
    describe(`by ${door}`, () => {
      for (const [tool, given, scopes] of TOOLS) {
        const right: readonly Scope[] = [`tools:${tool}`, ...scopes, ...doorScopes];
        const cases: readonly (readonly [
          who: string,
          tenant: string,
          key: () => Promise<string | undefined>,
          verdict: string,
        ])[] = [
          ["no key", "acme", () => Promise.resolve(undefined), "unauthenticated"],
          ["a key that nobody made", "acme", () => Promise.resolve(`ak_acme_${"x".repeat(43)}`), "unauthenticated"],
          ["another tenant's key", "acme", () => worker.makeKey("globex", right), "unauthenticated"],
          ["an expired key", "acme", () => worker.makeKey("acme", right, { expiresAt: PAST }), "unauthenticated"],
          [
            "a key with every scope but those of tools",
            "acme",
            () => worker.makeKey("acme", ["chat", "search", "ingest", "tts", "metrics", "admin"]),
            "tool_forbidden",
          ],
          [
            "a key for another tool",
            "acme",
            () =>
              worker.makeKey("acme", [
                tool === "kv_get" ? "tools:summarize" : "tools:kv_get",
                ...scopes,
                ...doorScopes,
              ]),
            "tool_forbidden",
          ],
          [
            "the right key of a tenant that has switched it off",
            "hooli",
            () => worker.makeKey("hooli", right),
            "tool_forbidden",
          ],
          ["the right key", "acme", () => worker.makeKey("acme", right), "ok"],
          ["a key for all tools", "acme", () => worker.makeKey("acme", ["tools", ...scopes, ...doorScopes]), "ok"],
        ];
        const lacking = scopes.map((scope) => [`a key without ${scope}`, scope] as const);
        for (const [who, tenant, key, verdict] of cases) {
          it(`${tool}, ${who}: ${verdict}`, async () => {
            assert.equal(await knock(worker, { tenant, key: await key(), tool, given }), verdict);
          });
        }
        for (const [who, scope] of lacking) {
          it(`${tool}, ${who}: tool_forbidden`, async () => {
            const key = await worker.makeKey(
              "acme",
              right.filter((held) => held !== scope),
            );
            assert.equal(await knock(worker, { tenant: "acme", key, tool, given }), "tool_forbidden");
          });
        }
      }
    });
  }

  it("records what was refused to a key, and nothing of those who have none", async () => {
    const { DB } = await worker.runtime.bindings<{ DB: D1Database }>();
    const { results } = await DB.prepare(
      "SELECT tenant_id, door, tool, outcome, code, count(*) AS n FROM audit_records GROUP BY 1, 2, 3, 4, 5",
    ).all<{ tenant_id: string; door: string; tool: string; outcome: string; code: string | null; n: number }>();
    for (const door of Object.values(DOORS)) {
      for (const [tool] of TOOLS) {
        const of = (tenant: string, outcome: string) =>
          results.find(
            (row) => row.tenant_id === tenant && row.door === door.name && row.tool === tool && row.outcome === outcome,
          );
        assert.ok((of("acme", "denied")?.n ?? 0) >= 2, `${door.name} ${tool}`);
        assert.equal(of("hooli", "denied")?.n, 1, `${door.name} ${tool}`);
        assert.equal(of("acme", "ok")?.n, 2, `${door.name} ${tool}`);
      }
    }
    assert.ok(results.every(({ code }) => code !== "unauthenticated"));
  });
});
