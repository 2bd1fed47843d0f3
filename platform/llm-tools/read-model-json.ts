import type * as z from "#base/zod";

import { MAX_JSON_DEPTH } from "#base/json-shape";

/** Beginnings of a value that are tried in one answer: prose has few brackets, and an answer that is one long list of them has none that fits. */
const MAX_STARTS = 8;

/**
 * Finds the JSON in a model's answer that a schema lets through: alone, in a code fence, amid prose, with a comma too many,
 * broken off, or one level deeper than asked. `undefined` when there is none. Pure; linear in the answer's length.
 */
export function readModelJson<Schema extends z.ZodMiniType>(
  answer: string,
  schema: Schema,
): z.output<Schema> | undefined {
  for (const text of candidates(answer)) {
    const value = parseLeniently(text);
    if (value === undefined) continue;
    for (const shape of shapesOf(value)) {
      const result = schema.safeParse(shape);
      if (result.success) return result.data;
    }
  }
  return undefined;
}

/** Stretches of the answer that may be the value, the likeliest first. */
function* candidates(answer: string): Generator<string> {
  yield answer;
  for (const { 1: fenced = "" } of answer.matchAll(/```[a-z]*\s*([\s\S]*?)(?:```|$)/gi)) yield fenced;
  let starts = 0;
  for (const { index } of answer.matchAll(/[[{]/g)) {
    if (++starts > MAX_STARTS) return;
    yield answer.slice(index);
  }
}

/** The value itself, and those one level below it: `{"result": {…}}`, `[{…}]`. */
function* shapesOf(value: unknown): Generator {
  yield value;
  if (typeof value === "object" && value !== null) yield* Object.values(value);
}

function parseLeniently(text: string): unknown {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return undefined;
  return parse(trimmed) ?? parse(mend(trimmed));
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // No JSON: the next candidate may be.
    return undefined;
  }
}

/**
 * The first value of a text that begins with one: without what follows it, without commas before a closing bracket, and
 * closed where it was broken off, at the last member that is whole.
 */
function mend(text: string): string {
  const open: string[] = [];
  const tokens: string[] = [];
  /** How many tokens are whole together: behind a bracket, or before the comma that says so of a member. */
  let whole = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g)) {
    if (token === "}" || token === "]") {
      if (open.at(-1) !== token) break;
      open.pop();
      if (tokens.at(-1) === ",") tokens.pop();
    } else if (token === "{" || token === "[") open.push(token === "{" ? "}" : "]");
    else if (token === ",") whole = tokens.length;
    tokens.push(token);
    if (/^[[\]{}]$/.test(token)) whole = tokens.length;
    if (open.length === 0 || open.length > MAX_JSON_DEPTH) break;
  }
  return [...tokens.slice(0, whole), ...open.toReversed()].join("");
}
