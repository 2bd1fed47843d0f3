import { chooseChatModel, chooseEmbeddingModel, type ModelQuestion } from "#ai-gateway/choose-model";
import type { CallContext, ModelClient } from "#ai-gateway/model-client";
import type { Clock } from "#base/clock";
import type { Chunking } from "#rag/chunk-text";
import type { SearchFlights } from "#rag/search-flights";
import type { DocumentStore } from "#storage/document-store";
import type { SearchCache } from "#storage/search-cache";
import type { VectorStore } from "#storage/vector-store";
import type { SearchConfig } from "#tenancy/search-config";
import type { TenantConfig } from "#tenancy/tenant-config";

/** What knowledge needs from outside. Belongs to no tenant: every call names its own. */
export interface RagServices {
  readonly documents: DocumentStore;
  readonly vectors: VectorStore;
  readonly models: ModelClient;
  readonly clock: Clock;
}

/** What a search needs besides. */
export interface SearchServices extends RagServices {
  readonly cache: SearchCaching;
}

/** Where results of searches are kept, and which are being made. */
export interface SearchCaching {
  readonly store: SearchCache;
  /** One for all requests of an isolate. */
  readonly flights: SearchFlights;
  /** Keeps the isolate alive until a result is stored. */
  readonly waitUntil: (work: Promise<unknown>) => void;
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
  /** The sides that look for passages, and how they are joined. */
  readonly retrieval: SearchConfig["retrieval"];
  readonly rerank: SearchConfig["rerank"] & { readonly model: string };
  readonly understanding: { readonly mode: SearchConfig["understanding"]["mode"]; readonly model: string };
  readonly cache: SearchConfig["cache"];
  readonly redactPii: boolean;
}

/** What every operation is told besides its own input. */
export interface RagCall {
  readonly settings: RagSettings;
  readonly context: CallContext;
}

/** What every operation that reads documents is told. */
export interface ReaderCall extends RagCall {
  /** Labels that the reader carries, as the platform has checked them: never from a request, a model or a document. */
  readonly acl: ReadonlySet<string>;
}

/** Reads the settings out of a tenant's config, for one route in one environment. */
export function ragSettings(config: TenantConfig, place: Pick<ModelQuestion, "environment" | "route">): RagSettings {
  const chatModel = chooseChatModel(config, place);
  const { understanding } = config.search;
  return {
    embeddingModel: chooseEmbeddingModel(config, place),
    dimensions: config.vectorize.dimensions,
    metric: config.vectorize.metric,
    chatModel,
    chunking: config.search.chunking,
    topK: config.search.topK,
    retrieval: config.search.retrieval,
    rerank: { ...config.search.rerank, model: config.ai.models.rerank },
    understanding: { mode: understanding.mode, model: understanding.model ?? chatModel },
    cache: config.search.cache,
    redactPii: config.search.redactPii,
  };
}
