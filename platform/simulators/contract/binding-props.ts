/**
 * What the outside half of the plugin tells the simulator Worker about the binding that a request
 * came through. The runtime hands it over as `ctx.props`, so one simulator serves every Worker.
 */
export type BindingProps = AiProps | VectorizeProps | AnalyticsProps | ControlProps;

/** How the models behind `env.AI` answer. Everything is optional: without it they answer by themselves. */
export interface ModelOptions {
  /** Base address of an OpenAI-compatible server, with or without `/v1`. Chat and embeddings then go there. */
  readonly modelUrl?: string;
  /** Model name in the request → model name at `modelUrl`. Names that are not listed stay as they are. */
  readonly modelMap?: Readonly<Record<string, string>>;
  /** Sent to `modelUrl` as a bearer token. */
  readonly apiKey?: string;
  /** Pause before each streamed token, milliseconds. Default 5. */
  readonly tokenDelayMs?: number;
  /** Gateways that exist. Default: every name is accepted. */
  readonly gateways?: readonly string[];
}

/** One Vectorize index as it was created, which its binding alone does not say. */
export interface VectorIndexOptions {
  /** Values per vector. */
  readonly dimensions: number;
  readonly metric: VectorMetric;
  /** Properties with a metadata index: only these can be filtered on. */
  readonly metadataIndexes: readonly MetadataIndex[];
}

export type VectorMetric = "cosine" | "euclidean" | "dot-product";

/** `nested.property` names use dots, as `wrangler vectorize create-metadata-index` does. */
export interface MetadataIndex {
  readonly propertyName: string;
  readonly type: "string" | "number" | "boolean";
}

export interface AiProps {
  readonly kind: "ai";
  /** Name of the Worker that holds the binding. */
  readonly worker: string;
  readonly model: ModelOptions;
}

export interface VectorizeProps {
  readonly kind: "vectorize";
  readonly worker: string;
  readonly indexName: string;
  readonly index: VectorIndexOptions;
  /** Time until a mutation can be read, milliseconds. */
  readonly visibilityDelayMs: number;
}

export interface AnalyticsProps {
  readonly kind: "analytics";
  readonly worker: string;
  readonly dataset: string;
}

export interface ControlProps {
  readonly kind: "control";
}
