import type { Send } from "#storage/testing/remote-vectorize";

interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * Node side: the D1 binding of a Worker that runs in workerd, as far as stores and tests use it. Nothing is imitated here;
 * every call is forwarded, and takes one request: Miniflare's own proxy takes one for each `prepare` and `bind` as well.
 */
export function remoteD1(send: Send): D1Database {
  const ask = async <Result>(body: Record<string, unknown>): Promise<Result> => {
    const response = await send("/d1", body);
    if (!response.ok) throw new Error(await response.text());
    return response.json<Result>();
  };
  const known = new WeakMap<object, Statement>();
  const statementOf = (statement: Statement): D1PreparedStatement => {
    const all = (): Promise<D1Result> => ask({ operation: "all", statements: [checked(statement)] });
    const prepared = {
      bind: (...values: unknown[]) => statementOf({ ...statement, values }),
      all,
      run: all,
      first: async (column?: string) => {
        const row = (await all()).results[0] as Record<string, unknown> | undefined;
        return (column === undefined ? row : row?.[column]) ?? null;
      },
    };
    known.set(prepared, statement);
    return prepared as unknown as D1PreparedStatement;
  };
  const database = {
    prepare: (sql: string) => statementOf({ sql, values: [] }),
    batch: (prepared: readonly object[]) =>
      ask({ operation: "batch", statements: prepared.map((one) => checked(known.get(one))) }),
    exec: (script: string) => ask({ operation: "exec", script }),
  };
  return database as unknown as D1Database;
}

/** JSON would make a null of it, which D1 takes; `undefined` it refuses. */
function checked(statement: Statement | undefined): Statement {
  if (statement === undefined || statement.values.includes(undefined))
    throw new Error(`not a statement of this database, or with a value that is undefined: ${statement?.sql}`);
  return statement;
}
