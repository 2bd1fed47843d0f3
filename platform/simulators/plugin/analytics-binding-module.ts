/** Name of the wrapper module behind simulated Analytics Engine datasets. */
export const analyticsModuleName = "simulators:analytics-engine";

/**
 * Source of the wrapper module: the runtime has no wrapper for Analytics Engine to reuse.
 * `writeDataPoint` returns nothing and never waits, as the real one; more than one index is refused as documented
 * ("Get started with Workers Analytics Engine": "you may only provide one index per data point").
 * Internal modules cannot import `cloudflare:workers`, hence `cloudflare-internal:workers`.
 */
export const analyticsBindingModule = `
import entrypoints from "cloudflare-internal:workers";

class AnalyticsEngineDataset {
  #fetcher;
  constructor(fetcher) { this.#fetcher = fetcher; }
  writeDataPoint(event = {}) {
    if (event.indexes !== undefined && event.indexes.length > 1) throw new TypeError("Maximum of 1 indexes supported.");
    const body = JSON.stringify({
      indexes: event.indexes ?? [],
      blobs: (event.blobs ?? []).map((blob) => blob === null ? "" : typeof blob === "string" ? blob : new TextDecoder().decode(blob)),
      doubles: event.doubles ?? [],
    });
    entrypoints.waitUntil(this.#fetcher.fetch("http://analytics-engine/points", { method: "POST", body }));
  }
}

export default function (env) { return new AnalyticsEngineDataset(env.fetcher); }
`;
