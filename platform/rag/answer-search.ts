import type { TextStream } from "#ai-gateway/model-client";
import { defect } from "#base/errors";
import { buildPrompt, isNoAnswer, NO_ANSWER } from "#rag/build-prompt";
import { checkCitations } from "#rag/check-citations";
import { UnknownMarkerFilter } from "#rag/citation-markers";
import { suggestFollowUps } from "#rag/follow-ups";
import { judgeRelevance } from "#rag/judge-relevance";
import type { Passage } from "#rag/passage";
import type { RagCall, RagServices } from "#rag/rag-services";
import { retrievePassages, type Retrieval } from "#rag/retrieve-passages";
import { checkQuestion, findInjections } from "#rag/safety";
import { isUnsupported, noConfidence, scoreConfidence } from "#rag/score-confidence";
import type { SearchEvent } from "#rag/search-event";
import { toDocumentFilter, type SearchRequest } from "#rag/search-request";
import type { Citation, SafetyReport, SearchResponse, SearchUsage, Source, StageReport } from "#rag/search-response";
import { toSources } from "#rag/to-sources";
import type { TenantId } from "#tenancy/tenant-id";

/** Most tokens of an answer. */
const MAX_ANSWER_TOKENS = 1_024;
/** Answers from sources should not be inventive. */
const TEMPERATURE = 0.1;

const NO_USAGE: SearchUsage = { tokensIn: 0, tokensOut: 0, totalTokens: 0, latencyMs: 0, isEstimate: false };
const NO_CACHE = { hit: false, reason: "not_enabled" } as const;

export interface SearchCall extends RagCall {
  readonly request: SearchRequest;
}

/**
 * Answers a question from the tenant's documents, as events: `sources`, `message` pieces, `citation`s, `follow_ups`, and `done` with the whole result.
 * Nothing found, or nothing of the answer supported: `abstained`, and `answer` of `done` says so, whatever was streamed before.
 * In mode `retrieve`, and when there is nothing to answer from, no chat model is called.
 *
 * Errors, thrown while reading: those of the stores and of the model client. Stop reading to cancel the model's call.
 */
export async function* answerSearch(
  tenantId: TenantId,
  services: RagServices,
  call: SearchCall,
): AsyncGenerator<SearchEvent, void, undefined> {
  const { request, settings } = call;
  const blocked = checkQuestion(request.query);
  if (blocked !== undefined) {
    yield* refuse(blocked.reply, { blocked: true, category: blocked.category });
    return;
  }
  const topK = request.topK ?? settings.topK;
  const retrieval = await retrievePassages(tenantId, services, {
    ...call,
    query: request.query,
    topK,
    filter: toDocumentFilter(request.filter),
  });
  const sources = toSources(retrieval.passages);
  const safety = reportSafety(sources);
  yield { type: "sources", sources };
  if (request.mode === "retrieve") {
    yield {
      type: "done",
      result: resultOf({ retrieval, sources, safety, answer: "", abstained: false, confidence: noConfidence([]) }),
    };
    return;
  }
  const relevance = judgeRelevance(request.query, retrieval.passages, settings.metric);
  if (!relevance.isAnswerable) {
    yield { type: "message", content: NO_ANSWER };
    const followUps = [...suggestFollowUps(request.query, chunksOf(retrieval), new Set())];
    yield { type: "follow_ups", followUps };
    const confidence = noConfidence(["No passage of the documents fits the question."]);
    yield {
      type: "done",
      result: resultOf({ retrieval, sources, safety, answer: NO_ANSWER, abstained: true, confidence, followUps }),
    };
    return;
  }
  yield* answerFrom(tenantId, services, call, { retrieval, sources, safety, coverage: relevance.coverage });
}

/** Reads all events and returns the result: the JSON form of `/search`. */
export async function collectSearch(events: AsyncIterable<SearchEvent>): Promise<SearchResponse> {
  let result: SearchResponse | undefined;
  for await (const event of events) if (event.type === "done") result = event.result;
  if (result === undefined) throw defect("a search ended without a result");
  return result;
}

interface Grounds {
  readonly retrieval: Retrieval;
  readonly sources: readonly Source[];
  readonly safety: SafetyReport;
  /** Share of the question's words in the best passage. */
  readonly coverage: number;
}

async function* answerFrom(
  tenantId: TenantId,
  services: RagServices,
  call: SearchCall,
  grounds: Grounds,
): AsyncGenerator<SearchEvent, void, undefined> {
  const { retrieval, sources, safety } = grounds;
  const { query } = call.request;
  const prompt = buildPrompt(query, sources);
  const shown = sources.filter(({ n }) => prompt.used.includes(n));
  const startMs = services.clock.nowMs();
  const stream = await services.models.streamText(
    tenantId,
    {
      model: call.settings.chatModel,
      messages: prompt.messages,
      temperature: TEMPERATURE,
      maxTokens: MAX_ANSWER_TOKENS,
    },
    call.context,
  );
  const markers = new UnknownMarkerFilter(shown.length);
  let answer = "";
  let usage: SearchUsage = { ...NO_USAGE, modelId: stream.model };
  for await (const piece of readAnswer(stream, markers)) {
    if (piece.text !== undefined) {
      answer += piece.text;
      yield { type: "message", content: piece.text };
    } else usage = { ...piece.usage, latencyMs: services.clock.nowMs() - startMs };
  }
  const { citations, claims } = checkCitations(answer, withHeadings(shown, retrieval.passages));
  const all: Citation[] = [
    ...citations,
    ...markers.unknown.map((n) => ({ n, spans: [], verdict: "unknown_source" as const })),
  ];
  for (const citation of all) yield { type: "citation", citation };
  const followUps = [
    ...suggestFollowUps(query, chunksOf(retrieval), new Set(all.flatMap(({ chunkId }) => chunkId ?? []))),
  ];
  yield { type: "follow_ups", followUps };

  const abstained = isNoAnswer(answer) || isUnsupported(claims);
  const notes = failureNotes(retrieval.stages);
  const confidence = abstained
    ? noConfidence([...notes, "No sentence of the answer is supported by a source."])
    : scoreConfidence({
        claims,
        citations: all,
        questionCoverage: grounds.coverage,
        doSidesAgree: doSidesAgree(retrieval.passages),
        notes,
      });
  const generated: StageReport = { name: "answer", ms: usage.latencyMs, count: usage.tokensOut };
  const withAnswerStage = { ...retrieval, stages: [...retrieval.stages, generated] };
  const result = resultOf({
    retrieval: withAnswerStage,
    sources,
    safety,
    answer: abstained ? NO_ANSWER : answer,
    abstained,
    confidence,
    followUps,
    citations: all,
    usage,
  });
  yield { type: "done", result };
}

type AnswerPiece =
  { readonly text: string; readonly usage?: undefined } | { readonly text?: undefined; readonly usage: SearchUsage };

/** The model's text without citations of sources that do not exist, then its usage. */
async function* readAnswer(
  stream: TextStream,
  markers: UnknownMarkerFilter,
): AsyncGenerator<AnswerPiece, void, undefined> {
  for await (const part of stream.parts) {
    const text = part.type === "text" ? markers.push(part.text) : markers.flush();
    if (text !== "") yield { text };
    if (part.type === "end") {
      const { tokensIn, tokensOut, isEstimate } = part.usage;
      yield {
        usage: {
          modelId: stream.model,
          tokensIn,
          tokensOut,
          totalTokens: tokensIn + tokensOut,
          latencyMs: 0,
          isEstimate,
        },
      };
    }
  }
}

function* refuse(reply: string, safety: SafetyReport): Generator<SearchEvent, void, undefined> {
  yield { type: "sources", sources: [] };
  yield { type: "message", content: reply };
  yield { type: "follow_ups", followUps: [] };
  const retrieval = { passages: [], stages: [] };
  yield {
    type: "done",
    result: resultOf({ retrieval, sources: [], safety, answer: reply, abstained: true, confidence: noConfidence([]) }),
  };
}

interface ResultParts
  extends
    Pick<SearchResponse, "answer" | "abstained" | "confidence">,
    Partial<Pick<SearchResponse, "citations" | "followUps" | "usage">> {
  readonly retrieval: Retrieval;
  readonly sources: readonly Source[];
  readonly safety: SafetyReport;
}

function resultOf(parts: ResultParts): SearchResponse {
  const { retrieval, safety, answer, abstained, confidence } = parts;
  return {
    answer,
    abstained,
    sources: [...parts.sources],
    citations: parts.citations ?? [],
    confidence,
    followUps: parts.followUps ?? [],
    why: {
      stages: [...retrieval.stages],
      scores: retrieval.passages.map(({ scores }) => scores),
      cache: NO_CACHE,
      safety,
    },
    usage: parts.usage ?? NO_USAGE,
  };
}

function reportSafety(sources: readonly Source[]): SafetyReport {
  const flagged = sources.filter(({ text }) => findInjections(text).length > 0).map(({ n }) => n);
  return flagged.length === 0 ? { blocked: false } : { blocked: false, flaggedSources: flagged };
}

function withHeadings(sources: readonly Source[], passages: readonly Passage[]): (Source & { context: string })[] {
  const contexts = new Map(passages.map(({ chunk }) => [chunk.chunkId, chunk.context]));
  return sources.map((source) => ({ ...source, context: contexts.get(source.chunkId) ?? "" }));
}

function failureNotes(stages: readonly StageReport[]): string[] {
  return stages
    .filter(({ error }) => error !== undefined)
    .map(({ name }) => `The ${name} side of the search failed; passages may be missing.`);
}

function doSidesAgree([best]: readonly Passage[]): boolean {
  return best?.scores.lexicalRank !== undefined && best.scores.vectorRank !== undefined;
}

function chunksOf({ passages }: Retrieval): Passage["chunk"][] {
  return passages.map(({ chunk }) => chunk);
}
