import * as z from "#base/zod";

import { askForJson } from "#llm-tools/ask-model";
import { findFormats, findName, type FoundEntity } from "#llm-tools/find-formats";
import { nonBlankText, refuseRepeated } from "#llm-tools/input-texts";
import { defineTool } from "#llm-tools/tool";

const MAX_TEXT = 50_000;
/** Tokens of text that a model reads at once. */
const PIECE_TOKENS = 2_000;
const ANSWER_TOKENS = 1_500;
/** Entities of one answer; the first ones in the text. */
const MAX_ENTITIES = 500;
/** Longest entity, in characters: a model that quotes a paragraph has found none. */
const MAX_ENTITY = 200;

const DEFAULT_TYPES = ["person", "organization", "location", "date", "money", "email", "url"];

const accepted = z.union([z.object({ entities: z.array(z.unknown()) }), z.array(z.unknown())]);

export const extractEntities = defineTool({
  name: "extract_entities",
  description:
    "Finds people, organizations, places, dates and other named things in a text, each with its exact place. Gives nothing that does not stand in the text.",
  input: z.strictObject({
    text: nonBlankText(MAX_TEXT).check(z.describe("The text to search.")),
    types: z
      ._default(
        z
          .array(
            z.string().check(z.regex(/^[a-z][a-z0-9_]{0,39}$/, { error: "must be lower case letters, digits and _" })),
          )
          .check(
            z.minLength(1),
            z.maxLength(20),
            z.superRefine((types, context) => refuseRepeated(types, String, context)),
          ),
        DEFAULT_TYPES,
      )
      .check(z.describe("Types of entities to find.")),
  }),
  output: z.object({
    entities: z.array(
      z.object({
        text: z.string().check(z.describe("Equals text.slice(start, end).")),
        type: z.string(),
        start: z.int().check(z.describe("In UTF-16 code units.")),
        end: z.int(),
      }),
    ),
  }),
  effect: "reads",
  scopes: [],
  timeoutMs: 60_000,
  returnsStoredText: false,
  run: async (tenantId, { text, types }, context) => {
    const entity = z.object({ text: z.string().check(z.minLength(1), z.maxLength(MAX_ENTITY)), type: z.enum(types) });
    const wanted = z.object({ entities: z.array(entity) });
    const instructions = `List every entity in the text that is of one of these types: ${types.join(", ")}. Copy each exactly as it stands there.`;
    const found: FoundEntity[] = [...findFormats(text, types)];
    const pieces = context.services.knowledge.cut(text, PIECE_TOKENS);
    for (const [index, piece] of pieces.entries()) {
      context.report({ done: index, total: pieces.length });
      const question = { instructions, text: piece.text, maxTokens: ANSWER_TOKENS };
      const { value = [] } = await askForJson(tenantId, context, question, { wanted, accepted });
      const items = Array.isArray(value) ? value : value.entities;
      const named = items.map((item) => entity.safeParse(item).data).filter((item) => item !== undefined);
      for (const { text: name, type } of uniqueNames(named)) {
        const inPiece = findName(piece.text, name, type);
        found.push(...inPiece.map((at) => ({ ...at, start: at.start + piece.start, end: at.end + piece.start })));
      }
    }
    return { entities: inOrder(found).slice(0, MAX_ENTITIES) };
  },
});

/** A model repeats itself; each name is looked for once. */
function uniqueNames<Named extends { readonly text: string }>(names: readonly Named[]): readonly Named[] {
  return [...new Map(names.toReversed().map((named) => [named.text, named])).values()].slice(0, MAX_ENTITIES);
}

/** In the order of the text. Of two that overlap, the one that was found first stays: forms before names, the longer name before its part. */
function inOrder(found: readonly FoundEntity[]): FoundEntity[] {
  const kept: FoundEntity[] = [];
  const taken = new Set<number>();
  const byForm = new Set(["email", "url", "date", "money"]);
  const rank = ({ type }: FoundEntity): number => (byForm.has(type) ? 0 : 1);
  const byWeight = found.toSorted((a, b) => rank(a) - rank(b) || b.end - b.start - (a.end - a.start));
  for (const entity of byWeight) {
    const units = Array.from({ length: entity.end - entity.start }, (_, offset) => entity.start + offset);
    if (units.some((unit) => taken.has(unit))) continue;
    for (const unit of units) taken.add(unit);
    kept.push(entity);
  }
  return kept.sort((a, b) => a.start - b.start);
}
