/**
 * Limits of Vectorize. Sizes are in bytes of UTF-8 unless said otherwise. Each constant names its source:
 * "Limits", "Metadata filtering", "Insert vectors" and "Vectorize API" are pages of the Vectorize docs; "observed"
 * means that public projects quote the live service's refusal, which the docs do not mention.
 */
export const vectorizeLimits = {
  /** Limits. */
  maxIdBytes: 64,
  /** Limits. */
  maxNamespaceBytes: 64,
  /** Limits: 10 KiB per vector, of compact JSON. */
  maxMetadataBytes: 10 * 1024,
  /** Limits: vectors per call from a Worker (the HTTP API takes more). */
  maxMutationVectors: 1_000,
  /** Limits: 100 MB upload. */
  maxUploadBytes: 100 * 1_000_000,
  /** Limits: results without values and with metadata `none` or `indexed`. */
  maxTopK: 100,
  /** Limits: results with values, or with metadata `all`. The live service was observed to grant 50. */
  maxTopKWithPayload: 20,
  /** Vectorize API. */
  defaultTopK: 5,
  /** Metadata filtering: "less than 2048 bytes" of compact JSON. */
  maxFilterBytes: 2_047,
  /** Metadata filtering: characters of a filter key. */
  maxFilterKeyLength: 512,
  /** Limits, Metadata filtering: strings are indexed by what of their start fits into it. */
  maxIndexedStringBytes: 64,
  /** Limits: metadata indexes per index. */
  maxMetadataIndexes: 10,
  /** Observed (code 40007). */
  maxGetIds: 20,
  /** Observed (code 40007). */
  maxDeleteIds: 100,
} as const;

/**
 * Error codes of the live service, as public projects quote them. Cloudflare publishes no table of them: a rule whose
 * code nobody quotes uses the code of the nearest one.
 */
export const vectorizeErrorCodes = {
  queryDimensions: 40_006,
  idCount: 40_007,
  vectorId: 40_008,
  vectorDimensions: 40_012,
  parseMutation: 40_023,
  vectorNotFound: 40_024,
  topK: 40_025,
  parseQuery: 40_026,
} as const;

/** A request that Vectorize refuses. The binding's class makes `VECTOR_…_ERROR (code = …): …` of it. */
export class VectorizeRefusal extends Error {
  override readonly name = "VectorizeRefusal";

  constructor(
    readonly code: number,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

const encoder = new TextEncoder();

/** Length in bytes of UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}
