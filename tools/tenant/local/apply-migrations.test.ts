import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { convertV4MiniflareOptions, Miniflare } from "miniflare";

import { applyMigrations } from "#tools/tenant/local/apply-migrations";

const first = {
  name: "0001_a.sql",
  sql: "-- a comment; with a semicolon\nCREATE TABLE a (x TEXT DEFAULT ';');\nINSERT INTO a VALUES ('1');\n",
};
const broken = { name: "0002_b.sql", sql: "CREATE TABLE b (x TEXT);\nCREATE TABL c (x TEXT);\n" };
const mended = { ...broken, sql: "CREATE TABLE b (x TEXT);\n" };

describe("applyMigrations, on D1 in workerd", () => {
  let miniflare: Miniflare;
  let database: Awaited<ReturnType<Miniflare["getD1Database"]>>;
  before(async () => {
    const script = "export default {}";
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script,
        d1Databases: ["DB"],
        cf: false,
        compatibilityDate: "2026-11-01",
      }),
    );
    database = await miniflare.getD1Database("DB");
  });
  after(() => miniflare.dispose());

  it("applies what is new, once", async () => {
    assert.deepEqual(await applyMigrations(database, [first]), ["0001_a.sql"]);
    assert.deepEqual(await applyMigrations(database, [first]), []);
    const { results } = await database.prepare("SELECT x FROM a").all();
    assert.deepEqual(results, [{ x: "1" }]);
  });

  it("undoes a migration that fails half-way, so that a mended one can follow", async () => {
    await assert.rejects(applyMigrations(database, [first, broken]), /0002_b\.sql failed; the database is as it was/);
    assert.deepEqual(await applyMigrations(database, [first, mended]), ["0002_b.sql"]);
  });

  it("keeps wrangler's own record of what was applied", async () => {
    const { results } = await database.prepare("SELECT id, name FROM d1_migrations ORDER BY id").all();
    assert.deepEqual(
      results.map(({ name }) => name),
      ["0001_a.sql", "0002_b.sql"],
    );
  });
});
