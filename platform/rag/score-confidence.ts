import type { CheckedClaim } from "#rag/check-citations";
import type { Citation, Confidence } from "#rag/search-response";

/** What an answer's confidence rests on. */
export interface ConfidenceEvidence {
  readonly claims: readonly CheckedClaim[];
  readonly citations: readonly Citation[];
  /** Share of the question's words found in the best passage, 0 to 1. */
  readonly questionCoverage: number;
  /** Whether the best passage was found by words and by meaning. */
  readonly doSidesAgree: boolean;
  /** Things that went wrong on the way, in words for a reader. */
  readonly notes: readonly string[];
}

/** How much each part of the evidence counts; together 1. */
const WEIGHTS = { support: 0.6, coverage: 0.25, agreement: 0.15 } as const;
const MEDIUM_FROM = 0.4;
const HIGH_FROM = 0.75;

/** An answer without any supported sentence is worth less than this, however well the passages fit. */
const MAX_WITHOUT_SUPPORT = 0.2;

/** Rates an answer from 0 to 1. Pure. A heuristic, not a probability. */
export function scoreConfidence(evidence: ConfidenceEvidence): Confidence {
  const { claims, citations, questionCoverage, doSidesAgree } = evidence;
  const supported = claims.filter(({ isSupported }) => isSupported).length;
  const support = claims.length === 0 ? 0 : supported / claims.length;
  const weighted =
    WEIGHTS.support * support + WEIGHTS.coverage * questionCoverage + WEIGHTS.agreement * (doSidesAgree ? 1 : 0);
  const value = round(supported === 0 ? Math.min(weighted, MAX_WITHOUT_SUPPORT) : weighted);
  return { value, level: levelOf(value), notes: [...evidence.notes, ...notesOn(claims, citations, supported)] };
}

/** Confidence of an answer that was not given. */
export function noConfidence(notes: readonly string[]): Confidence {
  return { value: 0, level: "low", notes: [...notes] };
}

/** Whether an answer has to be withdrawn: no sentence of it is supported by any source. */
export function isUnsupported(claims: readonly CheckedClaim[]): boolean {
  return !claims.some(({ isSupported }) => isSupported);
}

function notesOn(claims: readonly CheckedClaim[], citations: readonly Citation[], supported: number): string[] {
  const count = (verdict: Citation["verdict"]): number =>
    citations.filter((citation) => citation.verdict === verdict).length;
  const uncited = claims.filter(({ cited }) => cited.length === 0).length;
  return [
    ...(claims.length > 0 ? [`${supported} of ${claims.length} sentences are supported by a source.`] : []),
    ...(uncited > 0 ? [`${uncited} of ${claims.length} sentences cite no source.`] : []),
    ...(count("unsupported") > 0 ? [`${count("unsupported")} citations point to a source that does not say it.`] : []),
    ...(count("unknown_source") > 0
      ? [`${count("unknown_source")} citations pointed to no source and were removed.`]
      : []),
  ];
}

function levelOf(value: number): Confidence["level"] {
  if (value >= HIGH_FROM) return "high";
  return value >= MEDIUM_FROM ? "medium" : "low";
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
