import { usageOf } from "./answer-shape.js";
import { countTokens, splitTokens } from "./count-tokens.js";
import { embedText } from "./embed-text.js";
import type { ModelFacts } from "./model-catalog.js";
import { type ModelRun, jsonAnswer, noteTokens } from "./model-run.js";
import { badInput } from "./parse-messages.js";
import { contentStems } from "./split-words.js";

/** Dimensions of the vectors that passages are compared by; more than any embedding model, so collisions are rarer. */
const comparisonDimensions = 4_096;

/**
 * Runs the simulated reranker: `{query, contexts, top_k?}` → `{response: [{id, score}]}`, best first, scores 0–1.
 * Of query and text together it looks at as much as the model's window holds; the rest of the text is ignored, and not counted.
 */
export function runReranking(run: ModelRun, { contextTokens }: ModelFacts): Response {
  const { query, contexts: given, topK } = parseInputs(run.inputs);
  const room = Math.max(0, contextTokens - countTokens(query));
  const contexts = given.map((text) => splitTokens(text).slice(0, room).join(""));
  const scores = contexts.map((text, id) => ({ id, score: relevance(query, text) }));
  const ranked = scores.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, topK);
  const tokens = contexts.reduce((sum, text) => sum + countTokens(text) + countTokens(query), 0);
  noteTokens(run.call, tokens, 0);
  run.onEnd();
  return jsonAnswer({ response: ranked, usage: usageOf(tokens, 0) });
}

function parseInputs({ query, contexts, top_k: topK }: Readonly<Record<string, unknown>>) {
  if (typeof query !== "string" || query === "" || !Array.isArray(contexts)) {
    throw badInput("required properties at '/' are 'query,contexts'");
  }
  if (topK !== undefined && (typeof topK !== "number" || !Number.isInteger(topK) || topK < 1)) {
    throw badInput("Type mismatch of '/top_k', not a positive integer");
  }
  const texts = contexts.map((context: unknown, index) => {
    const text = (context as { text?: unknown } | null)?.text;
    if (typeof text !== "string" || text === "")
      throw badInput(`required properties at '/contexts/${index}' are 'text'`);
    return text;
  });
  return { query, contexts: texts, topK: topK ?? texts.length };
}

/** How much of the query a passage covers, and how near the two are; through the logistic curve of such models. */
function relevance(query: string, text: string): number {
  const asked = new Set(contentStems(query));
  const stems = new Set(contentStems(text));
  const covered = asked.size === 0 ? 0 : [...asked].filter((stem) => stems.has(stem)).length / asked.size;
  const a = embedText(query, comparisonDimensions);
  const b = embedText(text, comparisonDimensions);
  const cosine = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  return 1 / (1 + Math.exp(-(5 * covered + 6 * cosine - 4)));
}
