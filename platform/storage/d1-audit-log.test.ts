import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { ChainVerifier } from "#storage/audit-chain";
import type { AuditEntry, AuditPage, AuditRecord } from "#storage/audit-log";
import { createD1AuditLog } from "#storage/d1-audit-log";
import { acme, acmeLabs } from "#storage/testing/make-replacement";
import { startStorage, type TestStorage } from "#storage/testing/start-storage";
import { TEST_DIMENSIONS } from "#storage/testing/vector-store-contract";
import type { TenantId } from "#tenancy/tenant-id";

const entry = (traceId: string, fields: Partial<AuditEntry> = {}): AuditEntry => ({
  atMs: 1_000,
  traceId,
  principal: "key_1",
  tool: "summarize",
  door: "execute",
  argumentsSha256: "ab".repeat(32),
  outcome: "ok",
  durationMs: 5,
  taint: "none",
  ...fields,
});

describe("the audit log in D1", () => {
  let storage: TestStorage;
  before(async () => {
    storage = await startStorage({ dimensions: TEST_DIMENSIONS });
  });
  after(() => storage.dispose());
  beforeEach(() => storage.database.exec("DELETE FROM audit_records; DELETE FROM audit_heads;"));

  /** A log as an isolate has it. `sealed` waits for what it does behind its answers. */
  const newLog = (db: D1Database = storage.database) => {
    const work: Promise<unknown>[] = [];
    const failures: unknown[] = [];
    const log = createD1AuditLog(db, {
      keepAlive: (promise) => work.push(promise),
      reportFailure: (_, error) => failures.push(error),
    });
    return { ...log, failures, sealed: () => Promise.all(work) };
  };

  async function readAll(
    tenantId: TenantId,
    limit = 500,
  ): Promise<{ records: AuditRecord[]; head: AuditPage["head"] }> {
    const log = newLog();
    const records: AuditRecord[] = [];
    let page = await log.list(tenantId, { limit });
    const { head } = page;
    records.push(...page.records);
    while (page.nextCursor !== undefined) {
      page = await log.list(tenantId, { limit, cursor: page.nextCursor });
      records.push(...page.records);
    }
    return { records, head };
  }

  async function breaksOf(tenantId: TenantId) {
    const { records, head } = await readAll(tenantId, 7);
    const verifier = new ChainVerifier(tenantId, head);
    for (const record of records) await verifier.check(record);
    return verifier.finish();
  }

  it("gives back what was recorded, latest first, page by page", async () => {
    const log = newLog();
    await log.append(
      acme,
      entry("t-1", { outcome: "failed", code: "tool_failed", door: "mcp", taint: "retrieved", approvedBy: "key_2" }),
    );
    for (let n = 2; n <= 9; n++) await log.append(acme, entry(`t-${n}`));
    const { records, head } = await readAll(acme, 4);
    assert.deepEqual(
      records.map(({ traceId }) => traceId),
      ["t-9", "t-8", "t-7", "t-6", "t-5", "t-4", "t-3", "t-2", "t-1"],
    );
    assert.deepEqual(head, { seq: 9, hash: records[0]?.hash });
    const { seq, prevHash, hash: _, ...first } = records.at(-1) ?? assert.fail();
    assert.deepEqual(
      first,
      entry("t-1", { outcome: "failed", code: "tool_failed", door: "mcp", taint: "retrieved", approvedBy: "key_2" }),
    );
    assert.deepEqual([seq, prevHash], [1, "0".repeat(64)]);
  });

  it("tells the number of each record, which a later one may name", async () => {
    const log = newLog();
    const started = await log.append(acme, entry("t-1", { outcome: "started" }));
    assert.equal(await log.append(acme, entry("t-2")), started + 1);
    await log.append(acme, entry("t-1", { startSeq: started }));
    await log.sealed();
    const { records } = await readAll(acme);
    assert.deepEqual(
      records.map(({ outcome, startSeq }) => [outcome, startSeq]),
      [
        ["ok", 1],
        ["ok", undefined],
        ["started", undefined],
      ],
    );
    assert.deepEqual(await breaksOf(acme), []);
    await storage.database.exec("UPDATE audit_records SET start_seq = 2 WHERE seq = 3");
    assert.deepEqual(await breaksOf(acme), [{ seq: 3, kind: "altered" }]);
  });

  it("keeps one chain when many isolates write at once, and loses nothing", async () => {
    const isolates = Array.from({ length: 5 }, () => newLog());
    await Promise.all(
      isolates.flatMap((log, i) => Array.from({ length: 8 }, (_, n) => log.append(acme, entry(`trace-${i}-${n}`)))),
    );
    const { records } = await readAll(acme);
    assert.equal(new Set(records.map(({ traceId }) => traceId)).size, 40);
    assert.equal(records.length, 40);
    assert.deepEqual(await breaksOf(acme), []);
  });

  it("seals records behind the answer, those of a writer that died too", async () => {
    const dies = new Proxy(storage.database, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name !== "batch") return typeof value === "function" ? (value.bind(target) as unknown) : value;
        return (statements: D1PreparedStatement[]) =>
          statements.length === 2 ? Promise.reject(new Error("gone")) : target.batch(statements);
      },
    });
    const dying = newLog(dies);
    await dying.append(acme, entry("t-1"));
    await dying.sealed();
    assert.equal(dying.failures.length, 1);
    const { database } = storage;
    const unsealed = () => database.prepare("SELECT count(*) AS n FROM audit_records WHERE hash IS NULL").first("n");
    assert.equal(await unsealed(), 1);
    assert.deepEqual(await breaksOf(acme), [], "what is not sealed yet is shown as it will be");
    const { records } = await readAll(acme);
    const next = newLog();
    await next.append(acme, entry("t-2"));
    await next.sealed();
    assert.equal(await unsealed(), 0);
    assert.deepEqual((await readAll(acme)).records.at(-1), records[0]);
    assert.deepEqual(await breaksOf(acme), []);
  });

  it("never gives the number of a removed record again", async () => {
    const log = newLog();
    for (const trace of ["t-1", "t-2"]) await log.append(acme, entry(trace));
    await log.sealed();
    await storage.database.exec("DELETE FROM audit_records WHERE seq = 2");
    await log.append(acme, entry("t-3"));
    await log.sealed();
    assert.deepEqual(await breaksOf(acme), [{ seq: 2, kind: "missing" }]);
  });

  it("keeps the chains of two tenants apart", async () => {
    const log = newLog();
    await Promise.all([
      log.append(acme, entry("a-1")),
      log.append(acmeLabs, entry("b-1")),
      log.append(acme, entry("a-2")),
    ]);
    const [ofAcme, ofLabs] = [await readAll(acme), await readAll(acmeLabs)];
    assert.deepEqual(ofAcme.records.map(({ traceId, seq }) => `${seq} ${traceId}`).toSorted(), ["1 a-1", "2 a-2"]);
    assert.deepEqual(
      ofLabs.records.map(({ traceId, seq }) => `${seq} ${traceId}`),
      ["1 b-1"],
    );
  });

  it("seals its own records alone, when another tenant's of the same number wait for their hashes", async () => {
    const log = newLog();
    for (const tenantId of [acme, acmeLabs]) await log.append(tenantId, entry("t-1"));
    await log.sealed();
    const { database } = storage;
    await database.exec("UPDATE audit_records SET hash = NULL, prev_hash = NULL WHERE tenant_id = 'acme'");
    await database.exec("DELETE FROM audit_heads WHERE tenant_id = 'acme'");
    await database.exec("DELETE FROM audit_records WHERE tenant_id = 'acme-labs'");
    await database.exec("DELETE FROM audit_heads WHERE tenant_id = 'acme-labs'");
    const next = newLog();
    await next.append(acmeLabs, entry("t-2"));
    await next.sealed();
    const left = await database.prepare("SELECT tenant_id, seq FROM audit_records WHERE hash IS NULL").all();
    assert.deepEqual(left.results, [{ tenant_id: "acme", seq: 1 }]);
    assert.deepEqual(await breaksOf(acmeLabs), []);
    assert.deepEqual(await breaksOf(acme), [], "and what waits is sealed by its own tenant");
  });

  const tampering: readonly (readonly [what: string, sql: string])[] = [
    ["a changed outcome", "UPDATE audit_records SET outcome = 'denied' WHERE seq = 4"],
    ["a removed record", "DELETE FROM audit_records WHERE seq = 4"],
    ["a removed last record", "DELETE FROM audit_records WHERE seq = 9"],
    [
      "two records that changed places",
      "UPDATE audit_records SET seq = 100 WHERE seq = 4; UPDATE audit_records SET seq = 4 WHERE seq = 5; UPDATE audit_records SET seq = 5 WHERE seq = 100",
    ],
    ["another tenant's record", "UPDATE audit_records SET tenant_id = 'acme', seq = 10 WHERE tenant_id = 'acme-labs'"],
  ];
  for (const [what, sql] of tampering) {
    it(`shows ${what}`, async () => {
      const log = newLog();
      for (let n = 1; n <= 9; n++) await log.append(acme, entry(`t-${n}`));
      await log.append(acmeLabs, entry("b-1"));
      await log.sealed();
      assert.deepEqual(await breaksOf(acme), []);
      await storage.database.exec(sql);
      assert.notDeepEqual(await breaksOf(acme), []);
    });
  }

  it("rejects when the store fails, and goes on afterwards", async () => {
    let isDown = true;
    const failing = new Proxy(storage.database, {
      get: (target, name) => {
        if (name === "batch" && isDown) return () => Promise.reject(new Error("D1_ERROR: down"));
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const log = newLog(failing);
    await assert.rejects(log.append(acme, entry("lost")), /down/);
    isDown = false;
    await log.append(acme, entry("kept"));
    const { records } = await readAll(acme);
    assert.deepEqual(
      records.map(({ traceId }) => traceId),
      ["kept"],
    );
  });

  it("refuses a cursor that it did not give", async () => {
    const log = newLog();
    for (const cursor of ["x", btoa("1 or 1=1"), btoa("-1"), "🙂"])
      await assert.rejects(log.list(acme, { limit: 5, cursor }), { code: "invalid_request" });
  });
});
