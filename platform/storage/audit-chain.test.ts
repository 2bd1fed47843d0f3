import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { ChainVerifier, EMPTY_CHAIN, linkEntries, type ChainBreak } from "#storage/audit-chain";
import type { AuditEntry, AuditHead, AuditRecord } from "#storage/audit-log";

const entry = (tool: string, seq: number): AuditEntry & { readonly seq: number } => ({
  seq,
  atMs: 1_000,
  traceId: "trace-1",
  principal: "key_1",
  tool,
  door: "execute",
  argumentsSha256: "ab".repeat(32),
  outcome: "ok",
  durationMs: 5,
  taint: "none",
});

describe("an audit chain", () => {
  let records: readonly AuditRecord[];
  let head: AuditHead;
  before(async () => {
    records = await linkEntries(
      "acme",
      EMPTY_CHAIN,
      ["a", "b", "c", "d", "e"].map((tool, index) => entry(tool, index + 1)),
    );
    const last = records.at(-1);
    assert.ok(last);
    head = last;
  });

  async function verify(
    kept: readonly AuditRecord[],
    { tenantId = "acme", until = head }: { tenantId?: string; until?: AuditHead } = {},
  ): Promise<readonly ChainBreak[]> {
    const verifier = new ChainVerifier(tenantId, until);
    for (const record of kept.toSorted((a, b) => b.seq - a.seq)) await verifier.check(record);
    return verifier.finish();
  }
  const change = (seq: number, fields: Partial<AuditRecord>) =>
    records.map((record) => (record.seq === seq ? { ...record, ...fields } : record));

  it("is whole as it was written, and when it is empty", async () => {
    assert.deepEqual(await verify(records), []);
    assert.deepEqual(await verify([], { until: EMPTY_CHAIN }), []);
  });

  for (const fields of [
    { tool: "x" },
    { outcome: "denied" },
    { code: "internal" },
    { atMs: 1_001 },
    { principal: "key_2" },
    { taint: "model" },
    { argumentsSha256: "cd".repeat(32) },
    { prevHash: "0".repeat(64) },
    { hash: "0".repeat(64) },
  ] as const) {
    it(`shows a changed ${Object.keys(fields).join()}`, async () => {
      assert.ok((await verify(change(3, fields))).some(({ seq, kind }) => seq <= 3 && seq >= 2 && kind === "altered"));
    });
  }

  it("shows a changed record whose hash was made to fit it", async () => {
    const [forged] = await linkEntries("acme", records[1] ?? EMPTY_CHAIN, [entry("x", 3)]);
    assert.deepEqual(await verify(change(3, forged ?? {})), [{ seq: 3, kind: "altered" }]);
  });

  it("shows which records are gone: in the middle, at the beginning, at the end", async () => {
    for (const gone of [1, 3, 5])
      assert.deepEqual(await verify(records.filter(({ seq }) => seq !== gone)), [{ seq: gone, kind: "missing" }]);
    assert.equal((await verify([])).length, 5);
  });

  it("shows records that changed places", async () => {
    const swapped = records.map((record) => ({
      ...record,
      seq: record.seq === 2 ? 3 : record.seq === 3 ? 2 : record.seq,
    }));
    assert.deepEqual(
      (await verify(swapped)).map(({ seq, kind }) => `${seq} ${kind}`),
      ["3 altered", "2 altered", "1 altered"],
    );
  });

  it("shows a record that was added behind the end", async () => {
    const more = await linkEntries("acme", head, [entry("f", 6)]);
    assert.deepEqual(await verify([...records, ...more]), [{ seq: 6, kind: "altered" }]);
  });

  it("shows a last record that is gone together with its head, against a head that was kept elsewhere", async () => {
    const cut = records.slice(0, 4);
    assert.deepEqual(await verify(cut, { until: cut[3] ?? EMPTY_CHAIN }), []);
    assert.deepEqual(await verify(cut), [{ seq: 5, kind: "missing" }]);
  });

  it("does not take another tenant's records", async () => {
    assert.equal((await verify(records, { tenantId: "globex" })).length, 5);
  });
});
