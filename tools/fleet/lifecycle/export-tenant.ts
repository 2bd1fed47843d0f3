import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { TenantId } from "#tenancy/tenant-id";
import { CommandError } from "#tools/command/command-line";
import type { KeyValues } from "#tools/tenant/kv/key-values";
import type { Account } from "../account/account.js";
import { queryDatabase } from "../account/storage.js";

/** What was written, by file. */
export interface ExportManifest {
  readonly tenantId: string;
  readonly environment: string;
  readonly exportedAt: string;
  /** File → records in it. */
  readonly files: Readonly<Record<string, number>>;
  /** What no API gives out. */
  readonly left: readonly string[];
}

export interface ExportSource {
  readonly tenantId: TenantId;
  readonly environment: string;
  readonly account: Account;
  readonly databaseId: string;
  readonly keyValues: KeyValues;
}

const PAGE_ROWS = 500;

const NOT_EXPORTED = [
  "messages of sessions: they are in Durable Objects; their principals read them with GET /chat/:sessionId/history",
  "vectors: they are computed from the chunks, by ingesting the documents again",
  "secrets, and keys of callers: only digests of the latter are stored",
];

/** Every table with a column `tenant_id`, and its primary key in order. */
const TABLES = `SELECT m.name AS name, c.name AS "column", c.pk AS pk FROM sqlite_master m JOIN pragma_table_info(m.name) c
  WHERE m.type = 'table' AND (c.pk > 0 OR c.name = 'tenant_id') ORDER BY m.name, c.pk`;

/**
 * Writes a tenant's rows of D1 and values of KV as NDJSON below a folder. Every statement names the tenant and every key is
 * below its prefix, so that a shared database gives out no other tenant's. It is no snapshot: disable the tenant first.
 *
 * @throws CommandError when the folder has files already
 */
export async function exportTenant(source: ExportSource, folder: string, nowMs: number): Promise<ExportManifest> {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) {
    throw new CommandError(`${folder} is not empty`, { fix: "name a new folder: nothing is overwritten" });
  }
  const files: Record<string, number> = {};
  for (const { name, order } of await readTables(source)) {
    const file = `d1/${name}.ndjson`;
    files[file] = await exportTable(source, name, order, path.join(folder, file));
  }
  files["kv.ndjson"] = await exportValues(source, path.join(folder, "kv.ndjson"));
  const manifest: ExportManifest = {
    tenantId: source.tenantId,
    environment: source.environment,
    exportedAt: new Date(nowMs).toISOString(),
    files,
    left: NOT_EXPORTED,
  };
  // Last: a folder without it is an export that was interrupted.
  writeFileSync(path.join(folder, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

async function readTables({
  account,
  databaseId,
}: ExportSource): Promise<readonly { readonly name: string; readonly order: string }[]> {
  const [rows = []] = await queryDatabase(account, databaseId, [{ sql: TABLES }]);
  const columns = new Map<string, { keys: string[]; hasTenant: boolean }>();
  for (const { name, column, pk } of rows) {
    const table = columns.get(String(name)) ?? { keys: [], hasTenant: false };
    if (Number(pk) > 0) table.keys.push(quoted(String(column)));
    table.hasTenant ||= column === "tenant_id";
    columns.set(String(name), table);
  }
  return [...columns]
    .filter(([, { hasTenant }]) => hasTenant)
    .map(([name, { keys }]) => ({ name, order: keys.length > 0 ? keys.join(", ") : "rowid" }));
}

async function exportTable(
  { account, databaseId, tenantId }: ExportSource,
  table: string,
  order: string,
  file: string,
): Promise<number> {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, "");
  const sql = `SELECT * FROM ${quoted(table)} WHERE tenant_id = ?1 ORDER BY ${order} LIMIT ${PAGE_ROWS} OFFSET ?2`;
  for (let count = 0; ;) {
    const [rows = []] = await queryDatabase(account, databaseId, [{ sql, params: [tenantId, count] }]);
    appendFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    count += rows.length;
    if (rows.length < PAGE_ROWS) return count;
  }
}

async function exportValues({ keyValues, tenantId }: ExportSource, file: string): Promise<number> {
  writeFileSync(file, "");
  const keys = await keyValues.list(`${tenantId}:`);
  for (const { key, metadata } of keys) {
    const value = await keyValues.get(key);
    // A key that ended since it was listed.
    if (value !== undefined) appendFileSync(file, `${JSON.stringify({ key, value, metadata })}\n`);
  }
  return keys.length;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
