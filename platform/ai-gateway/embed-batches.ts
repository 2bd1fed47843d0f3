import { estimateTokens } from "#ai-gateway/estimate-tokens";
import { asArray, asObject } from "#ai-gateway/json-value";
import type { TokenUsage } from "#ai-gateway/model-client";
import { ModelFailure } from "#ai-gateway/model-failure";
import { readUsage } from "#ai-gateway/read-delta";

/** Texts Workers AI embeds in one call (developers.cloudflare.com/workers-ai/models/bge-base-en-v1.5). */
export const MAX_EMBED_BATCH = 100;
/** Batches under way at once: enough to hide the way to the provider, few enough to leave it to others. */
const MAX_PARALLEL_BATCHES = 2;

/** The vectors of one batch. */
export interface EmbeddedBatch {
  readonly vectors: readonly (readonly number[])[];
  readonly usage: TokenUsage;
}

/**
 * Embeds the texts in batches, some at a time, and puts the vectors together in the order of the texts.
 * The first failure aborts the signal that the other batches were given, and is thrown.
 */
export async function embedInBatches(
  texts: readonly string[],
  callerSignal: AbortSignal | undefined,
  embedBatch: (texts: readonly string[], signal: AbortSignal) => Promise<EmbeddedBatch>,
): Promise<EmbeddedBatch> {
  const siblings = new AbortController();
  const signal = callerSignal === undefined ? siblings.signal : AbortSignal.any([siblings.signal, callerSignal]);
  const starts = Array.from({ length: Math.ceil(texts.length / MAX_EMBED_BATCH) }, (_, n) => n * MAX_EMBED_BATCH);
  const batches = new Map<number, EmbeddedBatch>();
  const waiting = starts.values();
  const work = async (): Promise<void> => {
    for (const start of waiting)
      batches.set(start, await embedBatch(texts.slice(start, start + MAX_EMBED_BATCH), signal));
  };
  try {
    await Promise.all(Array.from({ length: MAX_PARALLEL_BATCHES }, work));
  } catch (error) {
    siblings.abort();
    throw error;
  }
  const inOrder = starts.flatMap((start) => batches.get(start) ?? []);
  return { vectors: inOrder.flatMap(({ vectors }) => vectors), usage: sumUsage(inOrder.map(({ usage }) => usage)) };
}

function sumUsage(usages: readonly TokenUsage[]): TokenUsage {
  return {
    tokensIn: usages.reduce((sum, { tokensIn }) => sum + tokensIn, 0),
    tokensOut: 0,
    isEstimate: usages.some(({ isEstimate }) => isEstimate),
  };
}

/**
 * Reads `{data: number[][], usage?}`. Vectors of one batch are equally long.
 * @throws ModelFailure `unavailable` when it does not hold one vector per text.
 */
export function parseEmbeddings(json: string, texts: readonly string[]): EmbeddedBatch {
  const answer = asObject(parseJson(json));
  const vectors = asArray(answer["data"]).filter(isVector);
  const length = vectors[0]?.length;
  if (vectors.length !== texts.length || vectors.some((vector) => vector.length !== length))
    throw new ModelFailure("unavailable", `expected ${texts.length} embeddings, got ${vectors.length} sound ones`);
  const estimate = (): TokenUsage => ({
    tokensIn: texts.reduce((sum, text) => sum + estimateTokens(text), 0),
    tokensOut: 0,
    isEstimate: true,
  });
  return { vectors, usage: readUsage(answer["usage"]) ?? estimate() };
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((number) => Number.isFinite(number));
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ModelFailure("unavailable", "the embeddings are not JSON", { cause: error });
  }
}
