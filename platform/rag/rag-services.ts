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
}

/** What every operation is told besides its own input. */
export interface RagCall {
  readonly settings: RagSettings;
  readonly context: CallContext;
}

/** Reads the settings out of a tenant's config. */
export function ragSettings(config: TenantConfig): RagSettings {
  return {
    embeddingModel: config.ai.models.embedding,
    dimensions: config.vectorize.dimensions,
    metric: config.vectorize.metric,
    chatModel: config.ai.models.chat,
    chunking: config.search.chunking,
    topK: config.search.topK,
    fusion: "rrf",
  };
}
