import type { Chunking } from "#rag/chunk-text";
import type { RagSettings } from "#rag/rag-services";
import { testSettings } from "#rag/testing/start-rag";
import { searchSchema } from "#tenancy/search-config";

/** A way to search that is measured. */
export interface Configuration {
  readonly ranking: string;
  readonly settings: Pick<RagSettings, "retrieval" | "rerank">;
}

/** What a tenant gets that configures nothing. */
const product = searchSchema.parse({});
const { retrieval } = product;
const rerank = { ...product.rerank, model: testSettings.rerank.model };
const never = { ...rerank, when: "off" } as const;

/** Each side alone, both, both reranked: with what a tenant gets that configures nothing. */
export const CONFIGURATIONS: readonly Configuration[] = [
  { ranking: "bm25", settings: { retrieval: { ...retrieval, vector: false }, rerank: never } },
  { ranking: "vector", settings: { retrieval: { ...retrieval, lexical: false }, rerank: never } },
  { ranking: "fused", settings: { retrieval, rerank: never } },
  { ranking: "reranked", settings: { retrieval, rerank: { ...rerank, when: "always" } } },
];

/** Sizes of chunks that are compared, in characters; the product's own is among them. */
export const CHUNKINGS: readonly Chunking[] = [200, 400, product.chunking.size].map((size) => ({
  ...product.chunking,
  unit: "characters",
  size,
  overlap: Math.floor(size / 8),
}));

/** The product's own size. */
export const PRODUCT_SIZE = product.chunking.size;
