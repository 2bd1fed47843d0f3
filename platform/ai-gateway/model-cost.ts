import { catalogEntry } from "#ai-gateway/model-catalog";

const TOKENS_PER_PRICE = 1_000_000;

/**
 * What a call cost, in whole micro-USD, rounded up so that nothing is billed as free.
 * Undefined for a model without a known token price: that is not the same as 0.
 */
export function costMicroUsd(
  model: string,
  { tokensIn, tokensOut }: { readonly tokensIn: number; readonly tokensOut: number },
): number | undefined {
  const price = catalogEntry(model)?.price;
  if (price === undefined) return undefined;
  return Math.ceil((tokensIn * price.inMicroUsd + tokensOut * price.outMicroUsd) / TOKENS_PER_PRICE);
}
