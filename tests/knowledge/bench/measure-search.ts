import { callApi, type Api } from "#tests/knowledge/call-api";

/** How long searches took, each in milliseconds. */
export interface SearchTimes {
  readonly name: string;
  readonly ms: readonly number[];
  /** Searches that were answered from the cache. */
  readonly hits: number;
  readonly modelCalls: number;
}

interface Found {
  readonly why: { readonly cache: { readonly hit: boolean } };
}

/** Asks each question once, one after the other. */
export async function measureSearch(
  api: Api,
  name: string,
  queries: readonly string[],
  request: { readonly mode: "answer" | "retrieve"; readonly topK: number },
): Promise<SearchTimes> {
  const ms: number[] = [];
  let hits = 0;
  await api.resetModelCalls();
  for (const query of queries) {
    const startedMs = performance.now();
    const { why } = await callApi<Found>(api, "POST", "/search", { query, ...request });
    ms.push(performance.now() - startedMs);
    if (why.cache.hit) hits++;
  }
  return { name, ms, hits, modelCalls: await api.countModelCalls() };
}
