/** What kind of answer a question wants. */
export const QUERY_INTENTS = ["how_to", "definition", "comparison", "list", "reason", "yes_no", "lookup"] as const;
export type QueryIntent = (typeof QUERY_INTENTS)[number];

/** Looked at in this order. English, with the German and French first words that are unmistakable. */
const RULES: readonly (readonly [QueryIntent, RegExp])[] = [
  ["comparison", /\b(?:difference between|compared?|comparison|versus|vs|better than|unterschied zwischen)\b/i],
  ["how_to", /^(?:how (?:do|can|should|to)|steps to|wie (?:kann|muss|soll|mache)|comment)\b/i],
  ["reason", /^(?:why|warum|wieso|pourquoi)\b/i],
  ["definition", /^(?:what(?:['’]s| is| are)? (?:an?|the meaning of|meant by)|define|what does .{1,80} mean)\b/i],
  [
    "list",
    /^(?:list|which .{1,60}(?:are|do|does|can)|what (?:kinds?|types?|sorts?) of|name all|what are the|welche)\b/i,
  ],
  ["yes_no", /^(?:is|are|was|were|do|does|did|can|could|may|must|should|will|has|have|darf|ist|sind|kann|muss)\b.+\?/i],
];

/** Guesses from a question's form; `lookup` is every other. Pure. Never decides what is found or who may see it. */
export function guessIntent(question: string): QueryIntent {
  const text = question.trim();
  return RULES.find(([, pattern]) => pattern.test(text))?.[0] ?? "lookup";
}
