import * as z from "zod";

import { ApiError, refusals } from "../api/api-error.js";
import { type ApiRequest, readJson } from "../api/api-request.js";
import { type Answer, ok, page } from "../api/envelope.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";
import { rowsAsObjects, type D1Result } from "../state/d1-store.js";
import type { DatabaseRecord } from "./resource-records.js";

const DATABASES = "/accounts/:account/d1/database";
const DATABASE = `${DATABASES}/:database`;

const statementSchema = z.object({ sql: z.string().min(1), params: z.array(z.unknown()).optional() });
const querySchema = z.union([statementSchema, z.object({ batch: z.array(statementSchema).min(1) })]);

/** D1 databases and the queries that run on them. */
export function d1Routes(state: CloudflareState): Route[] {
  return [
    route("GET", DATABASES, "D1 Read", (request, { account }) => {
      const name = request.query.get("name");
      const databases = state.databases.list(account).filter((database) => name === null || database.name === name);
      return page(
        databases.map((database) => databaseAnswer(state, database)),
        request.query,
        100,
      );
    }),
    route("POST", DATABASES, "D1 Write", (request, call) => createDatabase(state, request, call)),
    route("GET", DATABASE, "D1 Read", (_, call) => ok(databaseAnswer(state, requireDatabase(state, call)))),
    route("DELETE", DATABASE, "D1 Write", (_, call) => {
      const { uuid } = requireDatabase(state, call);
      state.databases.delete(call.account, uuid);
      state.d1.delete(uuid);
      return ok(null);
    }),
    route("POST", `${DATABASE}/query`, "D1 Write", (request, call) =>
      ok(
        runQuery(state, request, call).map((result) => ({
          success: true,
          results: rowsAsObjects(result),
          meta: result.meta,
        })),
      ),
    ),
    route("POST", `${DATABASE}/raw`, "D1 Write", (request, call) =>
      ok(
        runQuery(state, request, call).map(({ columns, rows, meta }) => ({
          success: true,
          results: { columns, rows },
          meta,
        })),
      ),
    ),
  ];
}

function databaseAnswer(state: CloudflareState, { uuid, name, created_at }: DatabaseRecord): Record<string, unknown> {
  return { uuid, name, created_at, version: "production", num_tables: 0, file_size: state.d1.sizeBytes(uuid) };
}

function createDatabase(state: CloudflareState, request: ApiRequest, { account }: RouteCall): Answer {
  const { name } = readJson(request, z.looseObject({ name: z.string().min(1).max(63) }));
  if (state.databases.list(account).some((database) => database.name === name)) {
    throw new ApiError(400, 7_502, `A database with the name ${name} already exists`);
  }
  const uuid = state.uuid();
  return ok(databaseAnswer(state, state.databases.put(account, uuid, { uuid, name, created_at: state.now() })));
}

/** By id or by name, as wrangler asks. */
function requireDatabase(state: CloudflareState, { account, params }: RouteCall): DatabaseRecord {
  const { database = "" } = params;
  const found =
    state.databases.get(account, database) ?? state.databases.list(account).find(({ name }) => name === database);
  if (found === undefined) throw refusals.noDatabase(database);
  return found;
}

function runQuery(state: CloudflareState, request: ApiRequest, call: RouteCall): D1Result[] {
  const { uuid } = requireDatabase(state, call);
  const body = readJson(request, querySchema);
  const statements = ("batch" in body ? body.batch : [body]).map(({ sql, params = [] }) => ({ sql, params }));
  try {
    return state.d1.run(uuid, statements);
  } catch (error) {
    throw new ApiError(400, 7_500, error instanceof Error ? `${error.message}: SQLITE_ERROR` : String(error));
  }
}
