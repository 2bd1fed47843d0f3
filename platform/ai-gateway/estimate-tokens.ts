import type { TokenUsage } from "#ai-gateway/model-client";

/**
 * Tokens of a text, when the provider does not say: one per four characters of ASCII, one per other character,
 * at least one per word. Errs to the high side for the common tokenizers, so that nothing goes unbilled; sums of parts differ from the whole.
 * Read unit by unit: every message of a prompt comes through here, and a match for each word would cost many times more.
 */
export function estimateTokens(text: string): number {
  let words = 0;
  let wide = 0;
  let isInWord = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const isLowHalf = unit >= 0xdc00 && unit <= 0xdfff && isHighHalf(text.charCodeAt(index - 1));
    if (unit > 0x7f && !isLowHalf) wide++;
    const isBlank = unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || (unit > 0x7f && /\s/.test(text.charAt(index)));
    if (!isBlank && !isInWord) words++;
    isInWord = !isBlank;
  }
  return Math.max(words, Math.ceil((text.length - wide) / 4) + wide);
}

/** Estimates of messages, which are part of one prompt after the other. */
const known = new WeakMap<object, number>();

/** The same for the text of a message, read once however often it is asked for. */
export function messageTokens(message: { readonly content: string }): number {
  const tokens = known.get(message) ?? estimateTokens(message.content);
  known.set(message, tokens);
  return tokens;
}

function isHighHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Usage of an answer whose provider told none. */
export function estimateUsage(prompt: string, produced: string): TokenUsage {
  return { tokensIn: estimateTokens(prompt), tokensOut: estimateTokens(produced), isEstimate: true };
}
