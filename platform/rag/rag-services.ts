import { chooseChatModel, chooseEmbeddingModel, type ModelQuestion } from "#ai-gateway/choose-model";
import type { CallContext, ModelClient } from "#ai-gateway/model-client";
import type { Clock } from "#base/clock";
import type { Chunking } from "#rag/chunk-text";
import type { FusionMethod } from "#rag/fuse-rankings";
import type { DocumentStore } from "#storage/document-store";
import type { VectorStore } from "#storage/vector-store";
import type { TenantConfig } from "#tenancy/tenant-config";

/** What knowledge needs from outside. Belongs to no tenant: every call names its own. */
export interface RagServices {
  readonly documents: DocumentStore;
  readonly vectors: VectorStore;
  readonly models: ModelClient;
  readonly clock: Clock;
}

/** How the index compares vectors. */
export type VectorMetric = TenantConfig["vectorize"]["metric"];

/**
 * Measured on a public collection of abstracts with hashed bag-of-words vectors: half as much as BM25 did better there than
 * as much. A good embedding model may deserve more.
 */
const DEFAULT_VECTOR_WEIGHT = 0.5;

/** What a tenant's config says about knowledge. */
export interface RagSettings {
  readonly embeddingModel: string;
  /** Length of the index's vectors. */
  readonly dimensions: number;
  readonly metric: VectorMetric;
  readonly chatModel: string;
  readonly chunking: Chunking;
  readonly topK: number;
  readonly fusion: FusionMethod;
  /** How much the vector side counts in the fusion; the lexical side counts 1. */
  readonly vectorWeight: number;
}

/** What every operation is told besides its own input. */
export interface RagCall {
  readonly settings: RagSettings;
  readonly context: CallContext;
}

/** Reads the settings out of a tenant's config, for one route in one environment. */
export function ragSettings(config: TenantConfig, place: Pick<ModelQuestion, "environment" | "route">): RagSettings {
  return {
    embeddingModel: chooseEmbeddingModel(config, place),
    dimensions: config.vectorize.dimensions,
    metric: config.vectorize.metric,
    chatModel: chooseChatModel(config, place),
    chunking: config.search.chunking,
    topK: config.search.topK,
    fusion: "convex",
    vectorWeight: DEFAULT_VECTOR_WEIGHT,
  };
}
