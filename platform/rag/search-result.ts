import type { ReadSource } from "#rag/read-sources";
import type { Retrieval } from "#rag/retrieve-passages";
import type { CacheReport, SafetyReport, SearchResponse, SearchUsage, StageReport } from "#rag/search-response";
import type { UnderstoodQuery } from "#rag/understand-query";

export const NO_USAGE: SearchUsage = { tokensIn: 0, tokensOut: 0, totalTokens: 0, latencyMs: 0, isEstimate: false };

/** Until the cache has its say. */
const NO_CACHE: CacheReport = { hit: false, reason: "disabled" };

/** What a search came to before anything was answered. */
export interface Grounds {
  readonly understood: UnderstoodQuery;
  readonly retrieval: Retrieval;
  readonly sources: readonly ReadSource[];
}

/** What is answered from it. */
export interface AnswerParts
  extends
    Pick<SearchResponse, "answer" | "abstained" | "confidence">,
    Partial<Pick<SearchResponse, "citations" | "followUps" | "usage">> {
  /** Stages after retrieval. */
  readonly stages?: readonly StageReport[];
  readonly isAnswerCleaned?: boolean;
}

/** The result of a search, in the form callers see. Pure. */
export function toSearchResult({ understood, retrieval, sources }: Grounds, parts: AnswerParts): SearchResponse {
  const { answer, abstained, confidence, citations = [], followUps = [], usage = NO_USAGE } = parts;
  const { rewritten, intent, stage } = understood;
  const stages = [...(stage === undefined ? [] : [stage]), ...retrieval.stages, ...(parts.stages ?? [])];
  return {
    answer,
    abstained,
    sources: sources.map(({ source }) => source),
    citations,
    confidence,
    followUps,
    why: {
      ...(rewritten === undefined ? {} : { rewrittenQuery: rewritten }),
      intent,
      stages,
      scores: retrieval.passages.map(({ scores }) => scores),
      cache: NO_CACHE,
      safety: safetyOf(sources, parts.isAnswerCleaned === true),
    },
    usage,
  };
}

function safetyOf(sources: readonly ReadSource[], isAnswerCleaned: boolean): SafetyReport {
  const flagged = sources.filter(({ isFlagged }) => isFlagged).map(({ source }) => source.n);
  return {
    blocked: false,
    ...(flagged.length === 0 ? {} : { flaggedSources: flagged }),
    ...(isAnswerCleaned ? { answerCleaned: true as const } : {}),
  };
}
