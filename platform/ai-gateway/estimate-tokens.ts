import type { TokenUsage } from "#ai-gateway/model-client";

/**
 * Tokens of a text, when the provider does not say: one per four characters of ASCII, one per other character,
 * at least one per word. Errs to the high side for the common tokenizers, so that nothing goes unbilled.
 */
export function estimateTokens(text: string): number {
  if (text === "") return 0;
  const words = text.match(/\S+/g)?.length ?? 0;
  const wide = text.match(/[^\0-\x7f]/gu)?.length ?? 0;
  return Math.max(words, Math.ceil((text.length - wide) / 4) + wide);
}

/** Usage of an answer whose provider told none. */
export function estimateUsage(prompt: string, produced: string): TokenUsage {
  return { tokensIn: estimateTokens(prompt), tokensOut: estimateTokens(produced), isEstimate: true };
}
