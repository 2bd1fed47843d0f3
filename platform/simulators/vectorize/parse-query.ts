import type { VectorIndexOptions } from "#simulators/contract/binding-props";
import { type FilterTest, parseFilter } from "./parse-filter.js";
import { VectorizeRefusal, vectorizeErrorCodes as codes, vectorizeLimits as limits } from "./limits.js";
import { assertNamespaceFits } from "./parse-mutation.js";

export type MetadataLevel = "none" | "indexed" | "all";

/** A query within the limits. */
export interface VectorQuery {
  readonly like: { readonly vector: Float32Array } | { readonly vectorId: string };
  readonly topK: number;
  /** Absent: every namespace. */
  readonly namespace: string | undefined;
  readonly filter: readonly FilterTest[];
  readonly returnValues: boolean;
  readonly returnMetadata: MetadataLevel;
}

/**
 * Reads the body of `query`.
 *
 * @throws VectorizeRefusal
 */
export function parseQuery(body: unknown, index: VectorIndexOptions): VectorQuery {
  if (typeof body !== "object" || body === null) throw unparsable("expected an object");
  const fields = body as Readonly<Record<string, unknown>>;
  const returnValues = fields["returnValues"] === true;
  const returnMetadata = parseLevel(fields["returnMetadata"]);
  return {
    like: parseLike(fields, index),
    topK: parseTopK(fields["topK"], returnValues || returnMetadata === "all"),
    namespace: parseNamespace(fields["namespace"]),
    filter: fields["filter"] === undefined ? [] : parseFilter(fields["filter"], index.metadataIndexes),
    returnValues,
    returnMetadata,
  };
}

function parseLike(fields: Readonly<Record<string, unknown>>, index: VectorIndexOptions): VectorQuery["like"] {
  const { vector, vectorId } = fields;
  if (typeof vectorId === "string") return { vectorId };
  if (!Array.isArray(vector) || !vector.every((value) => typeof value === "number")) {
    throw unparsable("vector: expected an array of numbers");
  }
  if (vector.length !== index.dimensions) {
    throw new VectorizeRefusal(
      codes.queryDimensions,
      `invalid query vector, expected ${index.dimensions} dimensions, and got ${vector.length} dimensions`,
    );
  }
  return { vector: Float32Array.from(vector) };
}

/** The binding's class turns `true` into "all" and lets `false` through, which the live service refuses too. */
function parseLevel(level: unknown): MetadataLevel {
  if (level === undefined) return "none";
  if (level === "none" || level === "indexed" || level === "all") return level;
  throw unparsable("returnMetadata: expected value");
}

function parseTopK(topK: unknown, hasPayload: boolean): number {
  if (topK === undefined) return limits.defaultTopK;
  if (typeof topK !== "number" || !Number.isInteger(topK)) throw unparsable("topK: expected an integer");
  if (topK < 1) throw new VectorizeRefusal(codes.topK, `min top K is 1, but got ${topK}`);
  if (topK > limits.maxTopK && !hasPayload) {
    throw new VectorizeRefusal(codes.topK, `max top K is ${limits.maxTopK}, but got ${topK}`);
  }
  if (topK > limits.maxTopKWithPayload && hasPayload) {
    throw new VectorizeRefusal(
      codes.topK,
      `with returnValues=true or returnMetadata=all, max top K is ${limits.maxTopKWithPayload}, but got ${topK}; ` +
        `for a top K up to ${limits.maxTopK}, retry with returnValues=false and returnMetadata=indexed`,
    );
  }
  return topK;
}

function parseNamespace(namespace: unknown): string | undefined {
  if (namespace === undefined || namespace === null) return undefined;
  if (typeof namespace !== "string") throw unparsable("namespace: expected a string");
  assertNamespaceFits(namespace);
  return namespace;
}

function unparsable(reason: string): VectorizeRefusal {
  return new VectorizeRefusal(codes.parseQuery, `Failed to parse the request body as JSON: ${reason}`);
}
