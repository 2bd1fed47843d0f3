import type { D1Operation } from "#simulators/contract/storage-messages";

/** Does with the real binding what {@link D1Operation} says. */
export function forwardD1(database: D1Database, call: D1Operation): Promise<unknown> {
  switch (call.operation) {
    case "batch":
      return database.batch(call.statements.map(({ sql, values }) => database.prepare(sql).bind(...values)));
    case "all":
      return database
        .prepare(call.statement.sql)
        .bind(...call.statement.values)
        .all();
    case "exec":
      return database.exec(call.script);
  }
}
