import * as z from "#base/zod";

import { modelIdSchema } from "#tenancy/ai-config";

/** How documents are cut where an ingest call does not say. */
const chunkingSchema = z
  .strictObject({
    strategy: z._default(z.enum(["recursive", "markdown"]), "markdown"),
    unit: z._default(z.enum(["tokens", "characters"]), "characters"),
    size: z._default(z.int().check(z.gte(100), z.lte(16_000)), 1_200),
    overlap: z._default(z.int().check(z.gte(0), z.lte(8_000)), 150),
  })
  .check(
    z.superRefine(({ overlap, size }, context) => {
      if (overlap * 2 < size) return;
      const message = `must be less than half of size: ${overlap} is not below ${size / 2}`;
      context.addIssue({ code: "custom", path: ["overlap"], message });
    }),
  );

/** The two sides that look for passages, and how they are joined. */
const retrievalSchema = z
  .strictObject({
    /** BM25 over the words of the documents. */
    lexical: z._default(z.boolean(), true),
    /** Nearest neighbours of the question's embedding. */
    vector: z._default(z.boolean(), true),
    /** `convex` joins by score, `rrf` by rank alone. */
    fusion: z._default(z.enum(["convex", "rrf"]), "convex"),
    /**
     * How much the vector side counts; the lexical side counts 1. On two public collections of abstracts, with hashed
     * bag-of-words vectors, anything from 0.5 to 1.5 did better than either side alone (docs/reports/search.md). A good
     * embedding model may deserve more.
     */
    vectorWeight: z._default(z.number().check(z.gte(0.05), z.lte(20)), 1),
  })
  .check(
    z.refine(({ lexical, vector }) => lexical || vector, {
      path: ["vector"],
      error: "must be on when lexical is off: a search needs at least one side",
    }),
  );

const rerankSchema = z.strictObject({
  /** `on-request`: when a request says `"rerank": true`. `always`: unless it says false. `off`: never. */
  when: z._default(z.enum(["off", "on-request", "always"]), "on-request"),
  /** How many of the best passages `ai.models.rerank` reads; the others stay behind them. */
  candidates: z._default(z.int().check(z.gte(2), z.lte(100)), 30),
});

const understandingSchema = z.strictObject({
  /** `rules` takes courtesies out of a question; `model` asks a model to reword it, at most for a second. */
  mode: z._default(z.enum(["off", "rules", "model"]), "rules"),
  /** Default: the chat model of `/search`. A small, fast one is enough. */
  model: z.optional(modelIdSchema),
});

const cacheSchema = z.strictObject({
  enabled: z._default(z.boolean(), true),
  /** How long a result is kept at most; a change of the documents ends it at once. */
  ttlSeconds: z._default(z.int().check(z.gte(60), z.lte(30 * 86_400)), 3_600),
});

/** How a tenant's documents are searched. */
export const searchSchema = z.strictObject({
  /** Passages returned when a request does not say. */
  topK: z._default(z.int().check(z.gte(1), z.lte(100)), 5),
  chunking: z.prefault(chunkingSchema, {}),
  retrieval: z.prefault(retrievalSchema, {}),
  rerank: z.prefault(rerankSchema, {}),
  understanding: z.prefault(understandingSchema, {}),
  cache: z.prefault(cacheSchema, {}),
  /** Hides e-mail addresses, telephone, card and account numbers in sources and answers; no model reads them either. */
  redactPii: z._default(z.boolean(), false),
});

export type SearchConfig = Readonly<z.output<typeof searchSchema>>;
