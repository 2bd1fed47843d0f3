import type { Citation, SearchResponse, Source } from "#rag/search-response";

/** What a search tells while it runs, in this order; `message` and `citation` any number of times. `done` is last and has everything. */
export type SearchEvent =
  | { readonly type: "sources"; readonly sources: readonly Source[] }
  | { readonly type: "message"; readonly content: string }
  | { readonly type: "citation"; readonly citation: Citation }
  | { readonly type: "follow_ups"; readonly followUps: readonly string[] }
  | { readonly type: "done"; readonly result: SearchResponse };
