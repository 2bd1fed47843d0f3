import * as z from "#base/zod";

import { PlatformError } from "#base/errors";
import { askForJson } from "#llm-tools/ask-model";
import { nonBlankText, refuseRepeated } from "#llm-tools/input-texts";
import { defineTool } from "#llm-tools/tool";

const MAX_TEXT = 8_000;
const ANSWER_TOKENS = 100;

const accepted = z.union([z.object({ label: z.string() }), z.string()]);

export const classifyIntent = defineTool({
  name: "classify_intent",
  description: "Says which one of the given labels fits a message best. Never answers with another label.",
  input: z.strictObject({
    text: nonBlankText(MAX_TEXT).check(z.describe("The message.")),
    labels: z.array(nonBlankText(80)).check(
      z.minLength(2),
      z.maxLength(50),
      z.superRefine((labels, context) => refuseRepeated(labels, normalize, context)),
      z.describe("The labels to choose from. Case, blanks and punctuation do not tell two labels apart."),
    ),
  }),
  output: z.object({ label: z.string().check(z.describe("One of the given labels, as it was given.")) }),
  effect: "reads",
  scopes: [],
  timeoutMs: 30_000,
  returnsStoredText: false,
  run: async (tenantId, { text, labels }, context) => {
    const instructions = `Which one of these labels fits the intent of the text best? Labels: ${JSON.stringify(labels)}`;
    const question = { instructions, text, maxTokens: ANSWER_TOKENS };
    const wanted = z.object({ label: z.enum(labels) });
    const { value, answer } = await askForJson(tenantId, context, question, { wanted, accepted });
    const label = findLabel(labels, typeof value === "object" ? value.label : value) ?? findMentioned(labels, answer);
    if (label === undefined)
      throw new PlatformError("tool_failed", "The model chose none of the labels. Try again, or with clearer labels.");
    return { label };
  },
});

function findLabel(labels: readonly string[], named: string | undefined): string | undefined {
  return named === undefined ? undefined : labels.find((label) => normalize(label) === normalize(named));
}

/** The one label that an answer in prose names; of two labels it is none, unless one is part of the other. */
function findMentioned(labels: readonly string[], answer: string): string | undefined {
  const prose = ` ${normalize(answer)} `;
  const named = labels.filter((label) => prose.includes(` ${normalize(label)} `));
  const [longest, ...others] = named.toSorted((a, b) => b.length - a.length);
  const isClear = others.every((other) => ` ${normalize(longest ?? "")} `.includes(` ${normalize(other)} `));
  return isClear ? longest : undefined;
}

function normalize(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
