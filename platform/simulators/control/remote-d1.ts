import type { D1Database, D1PreparedStatement, D1Result } from "@cloudflare/workers-types";

import type { D1Operation, SqlStatement } from "#simulators/contract/storage-messages";

/** A D1 binding as far as stores, migrations and tests use it. */
export type RemoteD1 = Pick<D1Database, "prepare" | "batch" | "exec">;

/** Carries an operation to the binding and brings back its result. */
export type D1Transport = <Result>(operation: D1Operation) => Promise<Result>;

/** The D1 binding of a Worker that runs in workerd. Nothing is imitated here: every call is forwarded, in one request. */
export function remoteD1(send: D1Transport): RemoteD1 {
  const known = new WeakMap<object, SqlStatement>();
  const prepare = (statement: SqlStatement): D1PreparedStatement => {
    const all = (): Promise<D1Result> => send({ operation: "all", statement: checked(statement) });
    const prepared = {
      bind: (...values: unknown[]) => prepare({ ...statement, values }),
      all,
      run: all,
      async first(column?: string) {
        const row = (await all()).results[0] as Record<string, unknown> | undefined;
        return (column === undefined ? row : row?.[column]) ?? null;
      },
    };
    known.set(prepared, statement);
    return prepared as unknown as D1PreparedStatement;
  };
  return {
    prepare: (sql) => prepare({ sql, values: [] }),
    batch: (prepared) => send({ operation: "batch", statements: prepared.map((one) => checked(known.get(one))) }),
    exec: (script) => send({ operation: "exec", script }),
  };
}

/** JSON would make a null of `undefined`, which D1 refuses. */
function checked(statement: SqlStatement | undefined): SqlStatement {
  if (statement === undefined || statement.values.includes(undefined))
    throw new Error(`not a statement of this database, or with a value that is undefined: ${statement?.sql}`);
  return statement;
}
