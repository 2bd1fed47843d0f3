import * as z from "zod";

import type { CloudflareState } from "../state/cloudflare-state.js";
import { rowsAsObjects } from "../state/d1-store.js";
import type { StorageAnswer, StorageRequest } from "./storage-server.js";

const querySchema = z.object({ sql: z.string(), params: z.array(z.unknown()).nullish() });
const querySetSchema = z.union([querySchema, z.array(querySchema)]);

/**
 * What the runtime's D1 binding sends: `POST /query` and `/execute` with one query or a batch. Errors are answered with
 * 200 and `success: false`, which the binding turns into `D1_ERROR: …`.
 */
export function answerD1(state: CloudflareState, database: string, { url, body }: StorageRequest): StorageAnswer {
  if (!state.databases.all().some(({ value }) => value.uuid === database))
    return failure("the database does not exist");
  try {
    const given = querySetSchema.parse(JSON.parse(body.toString("utf8")));
    const queries = (Array.isArray(given) ? given : [given]).map(({ sql, params }) => ({ sql, params: params ?? [] }));
    const format = url.searchParams.get("resultsFormat");
    const results = state.d1.run(database, queries).map((result) => ({
      success: true,
      results: format === "ROWS_AND_COLUMNS" ? { columns: result.columns, rows: result.rows } : rowsAsObjects(result),
      meta: result.meta,
    }));
    return json(results);
  } catch (error) {
    return failure(error instanceof Error ? `${error.message}: SQLITE_ERROR` : String(error));
  }
}

function failure(error: string): StorageAnswer {
  return json({ success: false, error });
}

function json(value: unknown): StorageAnswer {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}
