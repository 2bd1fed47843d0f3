import { asArray, asObject } from "#ai-gateway/json-value";
import { estimateTokens } from "#ai-gateway/estimate-tokens";
import { catalogEntry } from "#ai-gateway/model-catalog";
import type { RerankRequest, TokenUsage } from "#ai-gateway/model-client";
import { ModelFailure } from "#ai-gateway/model-failure";
import { readUsage } from "#ai-gateway/read-delta";

/** Tokens a reranker looks at, of query and text together, when the catalog does not know the model. */
const DEFAULT_CONTEXT_TOKENS = 512;
/** Characters of a Latin text per token, about: what lies beyond the window is not sent. */
const CHARACTERS_PER_TOKEN = 4;

/** The inputs of a reranker (developers.cloudflare.com/workers-ai/models/bge-reranker-base). All texts are scored. */
export function rerankInputs({ model, query, texts }: RerankRequest): Record<string, unknown> {
  const maxLength = (catalogEntry(model)?.contextTokens ?? DEFAULT_CONTEXT_TOKENS) * CHARACTERS_PER_TOKEN;
  const contexts = texts.map((text) => ({ text: text.slice(0, maxLength).toWellFormed() }));
  return { query, contexts, top_k: contexts.length };
}

/** Tokens of a reranking when the provider does not tell: the query is read once with each text. */
export function estimateRerankTokens({ query, texts }: Pick<RerankRequest, "query" | "texts">): number {
  const perText = estimateTokens(query);
  return texts.reduce((sum, text) => sum + perText + estimateTokens(text), 0);
}

/**
 * Reads `{response: [{id, score}], usage?}` into one score per text, in the order of the texts, 0 to 1. A model that gives
 * logits instead has them mapped by the logistic function, as its page says.
 * @throws ModelFailure `unavailable` unless every text has exactly one finite score.
 */
export function parseReranking(
  json: string,
  request: RerankRequest,
): { readonly scores: readonly number[]; readonly usage: TokenUsage } {
  const answer = asObject(parseJson(json));
  const scores = new Map<number, number>();
  for (const item of asArray(answer["response"])) {
    const { id, score } = asObject(item);
    if (typeof id === "number" && id in request.texts && typeof score === "number" && Number.isFinite(score))
      scores.set(id, score);
  }
  if (scores.size !== request.texts.length)
    throw new ModelFailure("unavailable", `expected ${request.texts.length} scores, got ${scores.size} sound ones`);
  const raw = request.texts.map((_, index) => scores.get(index) ?? 0);
  const areLogits = raw.some((score) => score < 0 || score > 1);
  return {
    scores: areLogits ? raw.map((score) => 1 / (1 + Math.exp(-score))) : raw,
    usage: readUsage(answer["usage"]) ?? {
      tokensIn: estimateRerankTokens(request),
      tokensOut: 0,
      isEstimate: true,
    },
  };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ModelFailure("unavailable", "the scores are not JSON", { cause: error });
  }
}
