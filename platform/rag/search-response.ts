import * as z from "#base/zod";

/** A stretch of the document's text as it was sent: UTF-16 code units and UTF-8 bytes, ends exclusive. */
export const spanSchema = z.object({ start: z.int(), end: z.int(), startByte: z.int(), endByte: z.int() });

export const sourceSchema = z.object({
  /** The number that `[n]` in the answer means, from 1. */
  n: z.int(),
  docId: z.string(),
  chunkId: z.string(),
  version: z.int(),
  title: z.optional(z.string()),
  url: z.optional(z.string()),
  source: z.optional(z.string()),
  text: z.string(),
  /** 0 to 1, greater is better; comparable within one answer. */
  score: z.number(),
  ...spanSchema.shape,
  metadata: z.optional(z.record(z.string(), z.unknown())),
});

/** `supported`: the spans say it. `unsupported`: the source does not. `unknown_source`: there is no such source. */
export const citationVerdictSchema = z.enum(["supported", "unsupported", "unknown_source"]);

export const citationSchema = z.object({
  n: z.int(),
  docId: z.optional(z.string()),
  chunkId: z.optional(z.string()),
  /** Where the document says it; exact substrings of the text as it was sent. */
  spans: z.array(spanSchema),
  verdict: citationVerdictSchema,
});

export const confidenceSchema = z.object({
  value: z.number().check(z.gte(0), z.lte(1)),
  level: z.enum(["low", "medium", "high"]),
  notes: z.array(z.string()),
});

/** One step of a search. `error` is a code of the error table: the step failed and the search went on without it. */
export const stageSchema = z.object({
  name: z.string(),
  ms: z.number(),
  count: z.int(),
  error: z.optional(z.string()),
});

/** How one passage came to its place. Ranks count from 1 and are absent where that side did not find it. */
export const passageScoresSchema = z.object({
  chunkId: z.string(),
  fused: z.number(),
  lexical: z.optional(z.number()),
  lexicalRank: z.optional(z.int()),
  vector: z.optional(z.number()),
  vectorRank: z.optional(z.int()),
  rerank: z.optional(z.number()),
  rerankRank: z.optional(z.int()),
});

export const safetySchema = z.object({
  /** The question got another answer than the documents can give. */
  blocked: z.boolean(),
  /** What was found in the question: `self_harm`, `prompt_injection` or `private_data`. */
  category: z.optional(z.string()),
  /** Sources that hold text which looks like instructions, or urges to self-harm; it was kept from the model. */
  flaggedSources: z.optional(z.array(z.int())),
  /** Pictures, elements or addresses that no source holds were taken out of the answer. */
  answerCleaned: z.optional(z.literal(true)),
});

/**
 * Why a result came from the cache or not. Hits: `stored`, and `in_flight`, shared with an equal search that was running.
 * Others: `miss`, `disabled` by the tenant, `bypassed` by the caller, `blocked` before it was asked, `unavailable`.
 */
export const cacheReasonSchema = z.enum([
  "stored",
  "in_flight",
  "miss",
  "disabled",
  "bypassed",
  "blocked",
  "unavailable",
]);

export const cacheSchema = z.object({
  hit: z.boolean(),
  reason: cacheReasonSchema,
  /** Of a hit: when the result was made. */
  ageSeconds: z.optional(z.int()),
  /** Of a hit: what the search took that it stands for, less what the hit took. */
  savedMs: z.optional(z.number()),
  savedTokens: z.optional(z.int()),
});

export const whySchema = z.object({
  /** What the stores were asked, where it is not the question. */
  rewrittenQuery: z.optional(z.string()),
  intent: z.optional(z.string()),
  stages: z.array(stageSchema),
  scores: z.array(passageScoresSchema),
  cache: cacheSchema,
  safety: safetySchema,
});

/** Tokens of the chat model. All zero and without a model where none was called. */
export const searchUsageSchema = z.object({
  modelId: z.optional(z.string()),
  tokensIn: z.int(),
  tokensOut: z.int(),
  totalTokens: z.int(),
  latencyMs: z.number(),
  /** The provider did not say; the numbers come from the text's length. */
  isEstimate: z.boolean(),
});

/** `data` of the answer of `POST /search`. */
export const searchResponseSchema = z.object({
  /** Empty in mode `retrieve`. */
  answer: z.string(),
  /** The documents do not answer the question; `answer` says so. */
  abstained: z.boolean(),
  sources: z.array(sourceSchema),
  citations: z.array(citationSchema),
  confidence: confidenceSchema,
  followUps: z.array(z.string()).check(z.maxLength(5)),
  why: whySchema,
  usage: searchUsageSchema,
});

export type Span = z.output<typeof spanSchema>;
export type Source = z.output<typeof sourceSchema>;
export type Citation = z.output<typeof citationSchema>;
export type Confidence = z.output<typeof confidenceSchema>;
export type StageReport = z.output<typeof stageSchema>;
export type PassageScores = z.output<typeof passageScoresSchema>;
export type CacheReport = z.output<typeof cacheSchema>;
export type SafetyReport = z.output<typeof safetySchema>;
export type SearchUsage = z.output<typeof searchUsageSchema>;
export type SearchResponse = z.output<typeof searchResponseSchema>;
