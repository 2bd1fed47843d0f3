/** How to reach the test Worker that holds the binding. */
export type Send = (path: string, body: unknown) => Promise<Response>;

/** What tests and the adapter use of the binding. */
export type RemoteVectorize = Pick<Vectorize, "describe" | "query" | "upsert" | "deleteByIds" | "getByIds">;

/**
 * Node side: the Vectorize binding of a Worker that runs in workerd. Nothing is imitated here; every call is forwarded
 * to the runtime's own class, so its limits and refusals are the ones tests see.
 */
export function remoteVectorize(send: Send): RemoteVectorize {
  const ask = async <Result>(body: Record<string, unknown>): Promise<Result> => {
    const response = await send("/vectorize", body);
    if (!response.ok) throw new Error(await response.text());
    return response.json<Result>();
  };
  return {
    describe: () => ask({ operation: "describe" }),
    query: (values, options = {}) => ask({ operation: "query", values: [...values], options }),
    upsert: (vectors) => ask({ operation: "upsert", vectors }),
    deleteByIds: (ids) => ask({ operation: "deleteByIds", ids }),
    getByIds: (ids) => ask({ operation: "getByIds", ids }),
  };
}
