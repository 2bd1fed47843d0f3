import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { parse } from "jsonc-parser";

import * as z from "#base/zod";
import { ndcg, recall } from "#tests/knowledge/judge/ndcg";
import { ingestFolder } from "#tools/tenant/client/ingest-folder";
import { callTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";
import { listTenantDocuments } from "#tools/tenant/client/tenant-documents";
import { ensureDevelopmentKey } from "#tools/tenant/local/development-key";
import { readTenantFiles } from "#tools/tenant/local/tenant-files";
import { startTenantRuntime, type TenantRuntime } from "#tools/tenant/local/tenant-runtime";

/**
 * The test that the macro makes for a tenant with `knowledge/queries.json`: its own bundle ingests its own documents and is
 * asked the questions that a person has judged. The environment is as for tenant-boots.test.ts; KNOWLEDGE is the folder.
 */
const files = readTenantFiles({
  tenant: process.env["TENANT"] ?? "",
  bundle: process.env["BUNDLE"] ?? "",
  config: process.env["CONFIG"] ?? "",
  wrangler: process.env["WRANGLER"] ?? "",
  migrations: process.env["MIGRATIONS"] ?? "",
});
const folder = process.env["KNOWLEDGE"] ?? "";

/** Places that are judged. */
const DEPTH = 10;
/** Passages asked for: several may be of one document. */
const TOP_K = 50;

const share = z.number().check(z.minimum(0), z.maximum(1));
const judgedSchema = z.strictObject({
  /** What was reached when somebody looked last. */
  reached: z.strictObject({ ndcg: share, recall: share }),
  queries: z
    .array(z.strictObject({ query: z.string(), relevant: z.array(z.string()).check(z.minLength(1)) }))
    .check(z.minLength(1)),
});
const foundSchema = z.object({ sources: z.array(z.object({ docId: z.string() })) });

const { reached, queries } = judgedSchema.parse(parse(readFileSync(path.join(folder, "queries.json"), "utf8")));
/** A query that finds nothing any more is always missed. */
const margin = 0.5 / queries.length;

describe(`the knowledge of ${files.tenantId}`, () => {
  let runtime: TenantRuntime;
  let address: TenantAddress;
  before(async () => {
    runtime = await startTenantRuntime({ ...files, areLimitsOn: false, onLog: () => undefined });
    const apiKey = await ensureDevelopmentKey(files.tenantId, runtime.kv, undefined, Date.now());
    address = { url: runtime.url, apiKey };
    const report = await ingestFolder(address, { folder: path.join(folder, "documents") }, () => undefined);
    assert.deepEqual([report.failed, report.skipped, report.stopped], [[], [], undefined]);
  });
  after(() => runtime.dispose());

  it("holds every document that a question is judged by", async () => {
    const stored = new Set((await listTenantDocuments(address)).map(({ docId }) => docId));
    const wanted = [...new Set(queries.flatMap(({ relevant }) => relevant))];
    assert.deepEqual(
      wanted.filter((docId) => !stored.has(docId)),
      [],
      "knowledge/queries.json names what is not below knowledge/documents",
    );
  });

  it("is found as well as it was", async () => {
    const judged = [];
    for (const { query, relevant } of queries) {
      const body = { query, mode: "retrieve", topK: TOP_K };
      const { sources } = foundSchema.parse(await callTenant(address, "POST", "/search", body));
      const ranking = [...new Set(sources.map(({ docId }) => docId))];
      const wanted = new Set(relevant);
      judged.push({ query, ndcg: ndcg(ranking, wanted, DEPTH), recall: recall(ranking, wanted, DEPTH) });
    }
    const mean = { ndcg: meanOf(judged.map((one) => one.ndcg)), recall: meanOf(judged.map((one) => one.recall)) };
    console.log(`nDCG@${DEPTH} ${mean.ndcg.toFixed(3)}, recall@${DEPTH} ${mean.recall.toFixed(3)}`);
    const worst = judged.filter((one) => one.ndcg < 1).map((one) => `  ${one.ndcg.toFixed(3)}  ${one.query}`);
    for (const measure of ["ndcg", "recall"] as const) {
      const told = `${measure} was ${reached[measure]}, is ${mean[measure].toFixed(3)}; not found at the top:\n${worst.join("\n")}`;
      assert.ok(mean[measure] >= reached[measure] - margin, told);
    }
  });
});

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
