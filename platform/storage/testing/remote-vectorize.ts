/** How to reach the test Worker that holds the binding. */
export type Send = (path: string, body: unknown) => Promise<Response>;

/**
 * Node side: the Vectorize binding of a Worker that runs in workerd. Nothing is imitated here; every call is forwarded
 * to the runtime's own class, so its limits and refusals are the ones tests see.
 */
export function remoteVectorize(send: Send): Vectorize {
  const ask = async (body: Record<string, unknown>): Promise<never> => {
    const response = await send("/vectorize", body);
    if (!response.ok) throw new Error(await response.text());
    // The Worker answers with what the binding returned; callers are typed by the binding's own interface.
    return (await response.json()) as never;
  };
  return {
    describe: () => ask({ operation: "describe" }),
    query: (values, options = {}) => ask({ operation: "query", values: [...values], options }),
    queryById: () => Promise.reject(new Error("queryById is not forwarded")),
    insert: (vectors) => ask({ operation: "insert", vectors }),
    upsert: (vectors) => ask({ operation: "upsert", vectors }),
    deleteByIds: (ids) => ask({ operation: "deleteByIds", ids }),
    getByIds: (ids) => ask({ operation: "getByIds", ids }),
  };
}
