import { citedNumbers, splitAfterMarkers, withoutMarkers } from "#rag/citation-markers";
import { contentWords } from "#rag/content-words";
import { findSupport, indexForSupport, type SupportIndex } from "#rag/find-support";
import { utf8Length } from "#rag/measure-text";
import type { Citation, Source, Span } from "#rag/search-response";
import { splitSentences, type TextRange } from "#rag/split-sentences";

/** A sentence of an answer, or what it says before one of its markers, and what the sources say to it. */
export interface CheckedClaim {
  /** Without markers. */
  readonly text: string;
  readonly cited: readonly number[];
  /** A cited source says it, or, for a sentence without a citation, any source. */
  readonly isSupported: boolean;
}

export interface CitationCheck {
  /** One per claim and cited number, in the order of the answer. */
  readonly citations: readonly Citation[];
  /** Sentences that state something; questions of style such as "Here is what I found:" without content words are left out. */
  readonly claims: readonly CheckedClaim[];
}

/** A source as the check needs it: a `Source`, with its headings if known. */
export type CitableSource = Pick<Source, "n" | "docId" | "chunkId" | "text" | "title" | "start" | "startByte"> & {
  readonly context?: string;
};

/**
 * Compares each claim of an answer with the sources it cites. Spans are exact substrings of the documents as they were
 * sent. How support is found: see `findSupport`. Pure.
 */
export function checkCitations(answer: string, sources: readonly CitableSource[]): CitationCheck {
  const indexed = new Map(sources.map((source) => [source.n, { source, index: indexOf(source) }]));
  const citations: Citation[] = [];
  const claims: CheckedClaim[] = [];
  for (const { text, cited } of splitClaims(answer)) {
    const checked = cited.map((n) => checkOne(text, n, indexed.get(n)));
    citations.push(...checked);
    const isSupported =
      cited.length > 0
        ? checked.some(({ verdict }) => verdict === "supported")
        : [...indexed.values()].some(({ index }) => findSupport(text, index).length > 0);
    if (contentWords(text).size > 0) claims.push({ text, cited, isSupported });
  }
  return { citations, claims };
}

interface IndexedSource {
  readonly source: CitableSource;
  readonly index: SupportIndex;
}

function indexOf({ text, title, context }: CitableSource): SupportIndex {
  return indexForSupport(text, [title, context].filter((part) => part !== undefined).join("\n"));
}

function checkOne(claim: string, n: number, known: IndexedSource | undefined): Citation {
  if (known === undefined) return { n, spans: [], verdict: "unknown_source" };
  const { source, index } = known;
  const spans = findSupport(claim, index).map((range) => toSpan(range, source));
  return {
    n,
    docId: source.docId,
    chunkId: source.chunkId,
    spans,
    verdict: spans.length > 0 ? "supported" : "unsupported",
  };
}

/** From a place in the chunk to the place in the document. */
function toSpan({ start, end }: TextRange, source: CitableSource): Span {
  const startByte = source.startByte + utf8Length(source.text, 0, start);
  return {
    start: source.start + start,
    end: source.start + end,
    startByte,
    endByte: startByte + utf8Length(source.text, start, end),
  };
}

interface Claim {
  readonly text: string;
  readonly cited: readonly number[];
}

/**
 * Sentences, or what they say before each of their markers, with the numbers they cite. A marker after the full stop
 * belongs to what stands before it; what is left of a sentence behind its last marker belongs to that.
 */
function splitClaims(answer: string): Claim[] {
  const claims: { text: string; cited: number[]; isRest: boolean }[] = [];
  for (const { start, end } of splitSentences(answer)) {
    const sentence = answer.slice(start, end);
    const leading = LEADING_MARKERS.exec(sentence)?.[0] ?? "";
    const previous = claims.at(-1);
    const isTrailing = leading !== "" && previous !== undefined;
    if (isTrailing) previous.cited = [...new Set([...previous.cited, ...citedNumbers(leading)])];
    const own = isTrailing ? sentence.slice(leading.length) : sentence;
    for (const [index, part] of splitAfterMarkers(own).entries()) {
      const text = withoutMarkers(part).trim();
      if (part.trim() !== "") claims.push({ text, cited: [...citedNumbers(part)], isRest: index > 0 });
    }
  }
  return joinRests(claims);
}

/** What stands behind a marker and has none itself goes with what the marker stands behind. */
function joinRests(claims: readonly (Claim & { readonly isRest: boolean })[]): Claim[] {
  const joined: Claim[] = [];
  for (const { text, cited, isRest } of claims) {
    const before = isRest && cited.length === 0 ? joined.pop() : undefined;
    joined.push(before === undefined ? { text, cited } : { text: `${before.text} ${text}`, cited: before.cited });
  }
  return joined;
}

const LEADING_MARKERS = /^(?:\[[\d \t,;–-]{1,60}\][ \t]{0,3})+[.,;]?/;
