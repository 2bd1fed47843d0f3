import * as z from "#base/zod";

import { askForJson } from "#llm-tools/ask-model";
import { docIdText, nonBlankText, refuseRepeated } from "#llm-tools/input-texts";
import { normalizeTag, suggestTags } from "#llm-tools/suggest-tags";
import { defineTool } from "#llm-tools/tool";
import type { ToolContext } from "#llm-tools/tool-context";
import type { TextPiece } from "#llm-tools/tool-knowledge";
import type { TenantId } from "#tenancy/tenant-id";

/** Characters of all texts together: the result holds them once more. */
const MAX_TEXT = 100_000;
/** Chunks that a model tags at once. */
const CHUNKS_PER_CALL = 6;
const ANSWER_TOKENS = 600;

const accepted = z.record(z.string(), z.array(z.unknown()));

const inputDocument = z.strictObject({ docId: docIdText, text: nonBlankText(MAX_TEXT) });

export const tagChunkDocs = defineTool({
  name: "tag_chunk_docs",
  description:
    "Cuts documents into chunks, as they are cut when they are stored, and gives each chunk tags: from the given list, or free ones. Stores nothing.",
  input: z
    .strictObject({
      documents: z.array(inputDocument).check(
        z.minLength(1),
        z.maxLength(20),
        z.superRefine((documents, context) => refuseRepeated(documents, ({ docId }) => docId, context)),
      ),
      tags: z
        .optional(z.array(nonBlankText(40)).check(z.minLength(1), z.maxLength(100)))
        .check(z.describe("Allowed tags; left out, any.")),
      maxTags: z._default(z.int().check(z.gte(1), z.lte(10)), 5).check(z.describe("Most tags of one chunk.")),
    })
    .check(
      z.refine(({ documents }) => documents.reduce((sum, { text }) => sum + text.length, 0) <= MAX_TEXT, {
        path: ["documents"],
        error: `must have at most ${MAX_TEXT} characters of text together`,
      }),
    ),
  output: z.object({
    documents: z.array(
      z.object({
        docId: z.string(),
        chunks: z.array(
          z.object({
            index: z.int(),
            text: z.string(),
            start: z.int().check(z.describe("In UTF-16 code units of the document.")),
            end: z.int(),
            tags: z
              .array(z.string())
              .check(z.describe("Lower case, words joined by -; those of a given list as they were given.")),
          }),
        ),
      }),
    ),
  }),
  effect: "reads",
  scopes: [],
  timeoutMs: 120_000,
  returnsStoredText: false,
  run: async (tenantId, { documents, tags, maxTags }, context) => {
    const cut = documents.map(({ docId, text }) => ({ docId, pieces: context.services.knowledge.cut(text) }));
    const pieces = cut.flatMap((document) => document.pieces);
    const tagged = await tagPieces(tenantId, context, pieces, { allowed: tags, maxTags });
    return {
      documents: cut.map(({ docId, pieces: own }) => ({
        docId,
        chunks: own.map((piece, index) => ({
          index,
          text: piece.text,
          start: piece.start,
          end: piece.end,
          tags: [...(tagged.get(piece) ?? [])],
        })),
      })),
    };
  },
});

interface TagRule {
  readonly allowed: readonly string[] | undefined;
  readonly maxTags: number;
}

async function tagPieces(
  tenantId: TenantId,
  context: ToolContext,
  pieces: readonly TextPiece[],
  rule: TagRule,
): Promise<ReadonlyMap<TextPiece, readonly string[]>> {
  const tagged = new Map<TextPiece, readonly string[]>();
  for (let start = 0; start < pieces.length; start += CHUNKS_PER_CALL) {
    context.report({ done: start, total: pieces.length });
    const batch = pieces.slice(start, start + CHUNKS_PER_CALL);
    const answers = await askForTags(tenantId, context, batch, rule);
    for (const [index, piece] of batch.entries()) {
      const named = chooseTags(answers.get(String(index + 1)) ?? [], rule);
      tagged.set(piece, named.length > 0 ? named : suggestTags(piece.text, rule));
    }
  }
  return tagged;
}

/** What a model says of a batch, by the number of the chunk, unchecked. */
async function askForTags(
  tenantId: TenantId,
  context: ToolContext,
  batch: readonly TextPiece[],
  { allowed, maxTags }: TagRule,
): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const tag = allowed === undefined ? z.string() : z.enum(allowed as [string, ...string[]]);
  const wanted = z.object(
    Object.fromEntries(batch.map((_, index) => [String(index + 1), z.array(tag).check(z.maxLength(maxTags))])),
  );
  const choice = allowed === undefined ? "of one to three words" : `of this list: ${JSON.stringify(allowed)}`;
  const instructions = `The text has ${batch.length} chunks, each after a line "### <number>". Give each chunk up to ${maxTags} tags ${choice}, by the number of the chunk.`;
  const text = batch.map((piece, index) => `### ${index + 1}\n${piece.text}`).join("\n\n");
  const question = { instructions, text, maxTokens: ANSWER_TOKENS };
  const { value = {} } = await askForJson(tenantId, context, question, { wanted, accepted });
  return new Map(Object.entries(value));
}

function chooseTags(named: readonly unknown[], { allowed, maxTags }: TagRule): readonly string[] {
  const known = allowed === undefined ? undefined : new Map(allowed.map((tag) => [normalizeTag(tag), tag]));
  const chosen = new Set<string>();
  for (const item of named) {
    const tag = typeof item === "string" ? normalizeTag(item) : "";
    const kept = known === undefined ? tag : (known.get(tag) ?? "");
    if (kept !== "" && kept.length <= MAX_TAG) chosen.add(kept);
  }
  return [...chosen].slice(0, maxTags);
}

/** Longest tag, in characters: a model that writes a sentence has given none. */
const MAX_TAG = 40;
