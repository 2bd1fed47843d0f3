import * as z from "#base/zod";

import { PlatformError } from "#base/errors";
import { askModel } from "#llm-tools/ask-model";
import { nonBlankText } from "#llm-tools/input-texts";
import { defineTool } from "#llm-tools/tool";
import type { ToolContext } from "#llm-tools/tool-context";
import type { TenantId } from "#tenancy/tenant-id";

/** Longest text, in characters. */
const MAX_TEXT = 200_000;
/** Tokens of text that a model is given at once: leaves room in the smallest common window. */
const PIECE_TOKENS = 5_000;
/** Words of the notes on one piece of a long text. */
const NOTE_WORDS = 150;
/** Tokens for one word of an answer, generously: other scripts than Latin need more. */
const TOKENS_PER_WORD = 3;

const NOTES_TASK = `Summarize this part of a longer text as notes: its facts, names, numbers and decisions. At most ${NOTE_WORDS} words.`;

export const summarize = defineTool({
  name: "summarize",
  description: "Summarizes a text in at most the given number of words, in the language of the text.",
  input: z.strictObject({
    text: nonBlankText(MAX_TEXT).check(z.describe("The text to summarize.")),
    maxWords: z._default(z.int().check(z.gte(10), z.lte(1_000)), 120).check(z.describe("Most words of the summary.")),
    format: z._default(z.enum(["paragraph", "bullets"]), "paragraph"),
    focus: z.optional(z.string().check(z.maxLength(200))).check(z.describe("What the summary should dwell on.")),
  }),
  output: z.object({ summary: z.string() }),
  effect: "reads",
  scopes: [],
  timeoutMs: 120_000,
  returnsStoredText: false,
  run: async (tenantId, { text, maxWords, format, focus }, context) => {
    const condensed = await condense(tenantId, context, text);
    // What the caller wants dwelt on is data like the text: it is quoted, not obeyed.
    const aim = focus === undefined ? "" : ` Dwell on this topic: ${JSON.stringify(focus)}.`;
    const form = format === "bullets" ? 'as a list, each line beginning with "- "' : "as one paragraph";
    const instructions = `Summarize the text ${form}, in at most ${maxWords} words.${aim} Say only what the text says. Answer with the summary alone.`;
    const answer = await askModel(tenantId, context, {
      instructions,
      text: condensed,
      maxTokens: maxWords * TOKENS_PER_WORD,
    });
    const summary = firstWords(answer.trim(), maxWords);
    if (summary === "") throw new PlatformError("tool_failed", "The model gave no summary. Try again.");
    return { summary };
  },
});

/** A text that one call of a model can take: the text itself, or notes on its pieces, as often as it needs. */
async function condense(tenantId: TenantId, context: ToolContext, text: string): Promise<string> {
  let pieces = context.services.knowledge.cut(text, PIECE_TOKENS);
  let done = 0;
  while (pieces.length > 1) {
    const notes: string[] = [];
    for (const piece of pieces) {
      context.report({ done, total: done + pieces.length - notes.length + 1 });
      const maxTokens = NOTE_WORDS * TOKENS_PER_WORD;
      notes.push(await askModel(tenantId, context, { instructions: NOTES_TASK, text: piece.text, maxTokens }));
      done += 1;
    }
    pieces = context.services.knowledge.cut(notes.join("\n\n"), PIECE_TOKENS);
  }
  context.report({ done, total: done + 1 });
  return pieces[0]?.text ?? text;
}

/** At most so many words; of an answer that is longer, its whole sentences if there are any. */
function firstWords(text: string, maxWords: number): string {
  const words = [...text.matchAll(/\S+/g)];
  const next = words[maxWords];
  if (next === undefined) return text;
  const cut = text.slice(0, next.index).trimEnd();
  const sentences = /^[\s\S]*[.!?…。！？]["')”’]*(?=\s|$)/.exec(cut)?.[0];
  return sentences ?? `${cut} …`;
}
