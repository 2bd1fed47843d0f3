import * as z from "zod";

import { modelIdSchema } from "#tenancy/ai-config";

/** How documents are cut where an ingest call does not say. */
const chunkingSchema = z
  .strictObject({
    strategy: z.enum(["recursive", "markdown"]).default("markdown"),
    unit: z.enum(["tokens", "characters"]).default("characters"),
    size: z.int().min(100).max(16_000).default(1_200),
    overlap: z.int().min(0).max(8_000).default(150),
  })
  .superRefine(({ overlap, size }, context) => {
    if (overlap * 2 < size) return;
    const message = `must be less than half of size: ${overlap} is not below ${size / 2}`;
    context.addIssue({ code: "custom", path: ["overlap"], message });
  });

/** The two sides that look for passages, and how they are joined. */
const retrievalSchema = z
  .strictObject({
    /** BM25 over the words of the documents. */
    lexical: z.boolean().default(true),
    /** Nearest neighbours of the question's embedding. */
    vector: z.boolean().default(true),
    /** `convex` joins by score, `rrf` by rank alone. */
    fusion: z.enum(["convex", "rrf"]).default("convex"),
    /**
     * How much the vector side counts; the lexical side counts 1. Measured on a public collection of abstracts with hashed
     * bag-of-words vectors: half as much did better there than as much. A good embedding model may deserve more.
     */
    vectorWeight: z.number().min(0.05).max(20).default(0.5),
  })
  .refine(({ lexical, vector }) => lexical || vector, {
    path: ["vector"],
    error: "must be on when lexical is off: a search needs at least one side",
  });

const rerankSchema = z.strictObject({
  /** `on-request`: when a request says `"rerank": true`. `always`: unless it says false. `off`: never. */
  when: z.enum(["off", "on-request", "always"]).default("on-request"),
  /** How many of the best passages `ai.models.rerank` reads; the others stay behind them. */
  candidates: z.int().min(2).max(100).default(30),
});

const understandingSchema = z.strictObject({
  /** `rules` takes courtesies out of a question; `model` asks a model to reword it, at most for a second. */
  mode: z.enum(["off", "rules", "model"]).default("rules"),
  /** Default: the chat model of `/search`. A small, fast one is enough. */
  model: modelIdSchema.optional(),
});

const cacheSchema = z.strictObject({
  enabled: z.boolean().default(true),
  /** How long a result is kept at most; a change of the documents ends it at once. */
  ttlSeconds: z
    .int()
    .min(60)
    .max(30 * 86_400)
    .default(3_600),
});

/** How a tenant's documents are searched. */
export const searchSchema = z.strictObject({
  /** Passages returned when a request does not say. */
  topK: z.int().min(1).max(100).default(5),
  chunking: chunkingSchema.prefault({}),
  retrieval: retrievalSchema.prefault({}),
  rerank: rerankSchema.prefault({}),
  understanding: understandingSchema.prefault({}),
  cache: cacheSchema.prefault({}),
  /** Hides e-mail addresses, telephone, card and account numbers in sources and answers; no model reads them either. */
  redactPii: z.boolean().default(false),
});

export type SearchConfig = Readonly<z.output<typeof searchSchema>>;
