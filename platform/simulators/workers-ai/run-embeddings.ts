import { usageOf } from "./answer-shape.js";
import { countTokens } from "./count-tokens.js";
import { embedText } from "./embed-text.js";
import type { ModelFacts } from "./model-catalog.js";
import { type ModelRun, jsonAnswer, noteTokens } from "./model-run.js";
import { badInput } from "./parse-messages.js";

/** Texts per call ("maxItems" in the schema on the model pages of the Workers AI docs). */
export const maxEmbedTexts = 100;

/** Runs a simulated embedding model: `{text}` → `{shape, data, pooling}`. */
export function runEmbeddings(run: ModelRun, model: ModelFacts): Response {
  const texts = parseTexts(run.inputs["text"]);
  const dimensions = model.dimensions ?? 768;
  const data = texts.map((text) => embedText(text, dimensions, model.contextTokens));
  const tokens = texts.reduce((sum, text) => sum + Math.min(countTokens(text), model.contextTokens), 0);
  noteTokens(run.call, tokens, 0);
  run.onEnd();
  return jsonAnswer({
    shape: [texts.length, dimensions],
    data,
    pooling: run.inputs["pooling"] === "cls" ? "cls" : "mean",
    usage: usageOf(tokens, 0),
  });
}

/**
 * One text, or a batch of them; none may be empty.
 *
 * @throws AiRefusal `badInput`
 */
export function parseTexts(text: unknown): string[] {
  const texts: unknown[] = Array.isArray(text) ? text : [text];
  if (text === undefined) throw badInput("oneOf at '/' not met, 0 matches: required properties at '/' are 'text'");
  if (texts.length > maxEmbedTexts) {
    throw badInput(`Length of '/text' must be <= ${maxEmbedTexts}, got ${texts.length}`);
  }
  if (texts.length === 0) throw badInput("Length of '/text' must be >= 1, got 0");
  return texts.map((entry, index) => {
    if (typeof entry !== "string")
      throw badInput(`Type mismatch of '/text/${index}', '${typeof entry}' not in 'string'`);
    if (entry === "") throw badInput(`Length of '/text/${index}' must be >= 1, got 0`);
    return entry;
  });
}
