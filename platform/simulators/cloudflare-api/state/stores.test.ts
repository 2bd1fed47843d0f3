import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, beforeEach, describe, it } from "node:test";

import { CloudflareState } from "./cloudflare-state.js";
import { rowsAsObjects } from "./d1-store.js";

const folder = mkdtempSync(path.join(tmpdir(), "stores-"));
let nowMs = 1_000_000;
let state = new CloudflareState(folder, () => nowMs);
after(() => {
  state.close();
  rmSync(folder, { recursive: true });
});

describe("D1", () => {
  let id: string;
  beforeEach(() => {
    id = state.uuid();
    state.d1.run(id, [{ sql: "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)" }]);
  });
  const rows = () => state.d1.run(id, [{ sql: "SELECT * FROM t ORDER BY a" }]).flatMap(rowsAsObjects);

  it("runs every statement of a text, triggers and comments included", () => {
    const sql = `-- a comment; with a semicolon
      CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET b = b || ';' WHERE a = new.a; END;
      INSERT INTO t VALUES (1, 'x;y'); /* last */`;
    assert.equal(state.d1.run(id, [{ sql }]).length, 2);
    assert.deepEqual(rows(), [{ a: 1, b: "x;y;" }]);
  });

  it("does all of a batch or nothing", () => {
    const insert = "INSERT INTO t VALUES (?1, ?2)";
    assert.throws(() =>
      state.d1.run(id, [
        { sql: insert, params: [1, "a"] },
        { sql: insert, params: [1, "b"] },
      ]),
    );
    assert.deepEqual(rows(), []);
  });

  it("counts changes and knows the last row", () => {
    const [result] = state.d1.run(id, [{ sql: "INSERT INTO t (b) VALUES ('a'), ('b')" }]);
    assert.deepEqual([result?.meta.changes, result?.meta.last_row_id], [2, 2]);
  });

  it("refuses a text without a statement", () => {
    assert.throws(() => state.d1.run(id, [{ sql: " -- nothing\n;" }]), /No SQL statements/);
  });
});

describe("KV", () => {
  const entry = (text: string, expiration?: number) => ({ value: Buffer.from(text), metadata: undefined, expiration });

  it("lists by prefix, page by page, and only in its namespace", () => {
    for (const key of ["a%", "b1", "b2", "b3"]) state.kv.put("one", key, entry(key));
    state.kv.put("two", "b9", entry(""));
    const first = state.kv.list("one", "b", 2, undefined);
    assert.deepEqual(
      first.keys.map(({ name }) => name),
      ["b1", "b2"],
    );
    const second = state.kv.list("one", "b", 2, first.cursor);
    assert.deepEqual(
      second.keys.map(({ name }) => name),
      ["b3"],
    );
    assert.equal(second.cursor, undefined);
  });

  it("forgets what has expired", () => {
    state.kv.put("one", "short", entry("", 1_060));
    assert.ok(state.kv.get("one", "short"));
    nowMs = 1_060_000;
    assert.equal(state.kv.get("one", "short"), undefined);
    assert.deepEqual(state.kv.list("one", "short", 10, undefined).keys, []);
  });
});

describe("the state", () => {
  it("is there again after a restart", () => {
    state.gateways.put("account", "gw", { id: "gw" });
    state.close();
    state = new CloudflareState(folder, () => nowMs);
    assert.deepEqual(state.gateways.list("account"), [{ id: "gw" }]);
    assert.deepEqual(state.gateways.list("other"), []);
  });
});
