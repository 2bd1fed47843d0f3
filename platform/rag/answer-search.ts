import type { TextStream } from "#ai-gateway/model-client";
import { AnswerFilter } from "#rag/answer-filter";
import { buildPrompt, isNoAnswer, NO_ANSWER } from "#rag/build-prompt";
import { checkCitations } from "#rag/check-citations";
import { suggestFollowUps } from "#rag/follow-ups";
import { judgeRelevance } from "#rag/judge-relevance";
import type { RagServices, ReaderCall } from "#rag/rag-services";
import { readSources, toCitable, toPromptSource, type ReadSource } from "#rag/read-sources";
import { retrievePassages } from "#rag/retrieve-passages";
import { isUnsupported, noConfidence, scoreConfidence } from "#rag/score-confidence";
import type { SearchEvent } from "#rag/search-event";
import { toDocumentFilter, type SearchRequest } from "#rag/search-request";
import type { Citation, SearchUsage, StageReport } from "#rag/search-response";
import { NO_USAGE, toSearchResult, type Grounds } from "#rag/search-result";
import { understandQuery } from "#rag/understand-query";
import type { TenantId } from "#tenancy/tenant-id";

/** Most tokens of an answer. */
const MAX_ANSWER_TOKENS = 1_024;
/** Answers from sources should not be inventive. */
const TEMPERATURE = 0.1;

/** A search whose question was screened. */
export interface AnswerCall extends ReaderCall {
  /** `query` is the question as models and stores may read it. */
  readonly request: SearchRequest;
}

/**
 * Answers a question from the tenant's documents, as events: `sources`, `message` pieces, `citation`s, `follow_ups`, and
 * `done` with the whole result. Nothing found, or nothing of the answer supported: `abstained`, and `answer` of `done` says
 * so, whatever was streamed before. In mode `retrieve`, and when there is nothing to answer from, no chat model is called.
 *
 * Errors, thrown while reading: those of the stores and of the model client. Stop reading to cancel the model's call.
 */
export async function* answerSearch(
  tenantId: TenantId,
  services: RagServices,
  call: AnswerCall,
): AsyncGenerator<SearchEvent, void, undefined> {
  const grounds = await findGrounds(tenantId, services, call);
  const { sources, retrieval } = grounds;
  yield { type: "sources", sources: sources.map(({ source }) => source) };
  if (call.request.mode === "retrieve") {
    const result = toSearchResult(grounds, { answer: "", abstained: false, confidence: noConfidence([]) });
    yield { type: "done", result };
    return;
  }
  const judged = sources.map(({ citable, topics }, index) => ({
    text: `${topics.title ?? ""}\n${topics.context}\n${citable}`,
    vector: retrieval.passages[index]?.scores.vector,
  }));
  const relevance = judgeRelevance(call.request.query, judged, call.settings.metric);
  if (relevance.isAnswerable) yield* answerFrom(tenantId, services, call, grounds, relevance.coverage);
  else yield* abstain(call, grounds);
}

async function findGrounds(tenantId: TenantId, services: RagServices, call: AnswerCall): Promise<Grounds> {
  const { request, settings } = call;
  const understood = await understandQuery(tenantId, services, request.query, call);
  const retrieval = await retrievePassages(tenantId, services, {
    settings,
    context: call.context,
    acl: call.acl,
    query: understood.query,
    topK: request.topK ?? settings.topK,
    filter: toDocumentFilter(request.filter),
    rerank: request.rerank,
  });
  return { understood, retrieval, sources: readSources(retrieval.passages, settings) };
}

function* abstain({ request }: AnswerCall, grounds: Grounds): Generator<SearchEvent, void, undefined> {
  yield { type: "message", content: NO_ANSWER };
  const followUps = followUpsOf(request, grounds.sources, []);
  yield { type: "follow_ups", followUps };
  const confidence = noConfidence(["No passage of the documents fits the question."]);
  const result = toSearchResult(grounds, { answer: NO_ANSWER, abstained: true, confidence, followUps });
  yield { type: "done", result };
}

async function* answerFrom(
  tenantId: TenantId,
  services: RagServices,
  call: AnswerCall,
  grounds: Grounds,
  questionCoverage: number,
): AsyncGenerator<SearchEvent, void, undefined> {
  const { request, settings } = call;
  const prompt = buildPrompt(request.query, grounds.sources.map(toPromptSource), { intent: grounds.understood.intent });
  const shown = grounds.sources.filter(({ source }) => prompt.used.includes(source.n));
  const startMs = services.clock.nowMs();
  const stream = await services.models.streamText(
    tenantId,
    { model: settings.chatModel, messages: prompt.messages, temperature: TEMPERATURE, maxTokens: MAX_ANSWER_TOKENS },
    call.context,
  );
  const filter = new AnswerFilter([request.query], shown, settings);
  let answer = "";
  let usage: SearchUsage = { ...NO_USAGE, modelId: stream.model };
  for await (const piece of readAnswer(stream, filter)) {
    if (piece.text !== undefined) {
      answer += piece.text;
      yield { type: "message", content: piece.text };
    } else usage = { ...piece.usage, latencyMs: services.clock.nowMs() - startMs };
  }
  const { citations, claims } = checkCitations(answer, shown.map(toCitable));
  const unknown = filter.unknown.map((n): Citation => ({ n, spans: [], verdict: "unknown_source" }));
  const all = [...citations, ...unknown];
  for (const citation of all) yield { type: "citation", citation };
  const followUps = followUpsOf(request, grounds.sources, all);
  yield { type: "follow_ups", followUps };

  const abstained = isNoAnswer(answer) || isUnsupported(claims);
  const notes = failureNotes(grounds.retrieval.stages);
  const evidence = { claims, citations: all, questionCoverage, doSidesAgree: doSidesAgree(grounds, call), notes };
  const result = toSearchResult(grounds, {
    answer: abstained ? NO_ANSWER : answer,
    abstained,
    confidence: abstained
      ? noConfidence([...notes, "No sentence of the answer is supported by a source."])
      : scoreConfidence(evidence),
    citations: all,
    followUps,
    usage,
    stages: [{ name: "answer", ms: usage.latencyMs, count: usage.tokensOut }],
    isAnswerCleaned: filter.hasRemoved,
  });
  yield { type: "done", result };
}

type AnswerPiece =
  { readonly text: string; readonly usage?: undefined } | { readonly text?: undefined; readonly usage: SearchUsage };

/** The model's text as far as it may be shown, then its usage. */
async function* readAnswer(stream: TextStream, filter: AnswerFilter): AsyncGenerator<AnswerPiece, void, undefined> {
  for await (const part of stream.parts) {
    // Nobody offered it a tool; what it asks for is not run.
    if (part.type === "tool_call") continue;
    const text = part.type === "text" ? filter.push(part.text) : filter.flush();
    if (text !== "") yield { text };
    if (part.type === "end") {
      const { tokensIn, tokensOut, isEstimate } = part.usage;
      const totalTokens = tokensIn + tokensOut;
      yield { usage: { modelId: stream.model, tokensIn, tokensOut, totalTokens, latencyMs: 0, isEstimate } };
    }
  }
}

function followUpsOf(
  { query }: SearchRequest,
  sources: readonly ReadSource[],
  citations: readonly Citation[],
): string[] {
  const passages = sources.map(({ source, topics }) => ({ chunkId: source.chunkId, ...topics }));
  return [...suggestFollowUps(query, passages, new Set(citations.flatMap(({ chunkId }) => chunkId ?? [])))];
}

const STAGES_IN_WORDS: ReadonlyMap<string, string> = new Map([
  ["lexical", "The search by words failed; passages may be missing."],
  ["embed", "The search by meaning failed; passages may be missing."],
  ["vector", "The search by meaning failed; passages may be missing."],
  ["read", "Some passages could not be read; they are missing."],
  ["rerank", "The passages could not be reranked; they stand as the search found them."],
]);

function failureNotes(stages: readonly StageReport[]): string[] {
  return stages.flatMap(({ name, error }) => (error === undefined ? [] : (STAGES_IN_WORDS.get(name) ?? [])));
}

/** Whether the best passage was found by every side that looked. */
function doSidesAgree({ retrieval }: Grounds, { settings }: AnswerCall): boolean {
  const scores = retrieval.passages[0]?.scores;
  const { lexical, vector } = settings.retrieval;
  return (
    scores !== undefined &&
    (!lexical || scores.lexicalRank !== undefined) &&
    (!vector || scores.vectorRank !== undefined)
  );
}
