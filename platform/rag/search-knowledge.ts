import { defect } from "#base/errors";
import { answerSearch } from "#rag/answer-search";
import { cachedSearch } from "#rag/cached-search";
import type { ReaderCall, SearchServices } from "#rag/rag-services";
import { screenQuestion, type BlockedQuestion, type QuestionCategory } from "#rag/safety/screen-question";
import { noConfidence } from "#rag/score-confidence";
import type { SearchEvent } from "#rag/search-event";
import type { SearchRequest } from "#rag/search-request";
import type { SearchResponse } from "#rag/search-response";
import { NO_USAGE } from "#rag/search-result";
import type { TenantId } from "#tenancy/tenant-id";

/** A search as a caller asks for it. */
export interface SearchCall extends ReaderCall {
  readonly request: SearchRequest;
  /** The caller wants a fresh result. */
  readonly isCacheBypassed?: boolean;
}

/**
 * Answers a question from the tenant's documents, as events: first the question is screened, then the cache is asked, then
 * the documents are searched and a model answers from them (`answerSearch`). A blocked question reaches none of these.
 *
 * Errors, thrown while reading: those of the stores and of the model client. Stop reading to cancel the model's call.
 */
export async function* searchKnowledge(
  tenantId: TenantId,
  services: SearchServices,
  call: SearchCall,
): AsyncGenerator<SearchEvent, void, undefined> {
  const { settings, context, acl, isCacheBypassed = false } = call;
  const isForModel = call.request.mode === "answer";
  const screened = screenQuestion(call.request.query, { isForModel, redactPii: settings.redactPii });
  if (screened.isBlocked) {
    yield* refuse(screened);
    return;
  }
  const { category, question } = screened;
  const request = { ...call.request, query: question };
  const search = { request, settings, acl, isBypassed: isCacheBypassed, signal: context.signal };
  const answer = (): AsyncIterable<SearchEvent> =>
    answerSearch(tenantId, services, { settings, context, acl, request });
  for await (const event of cachedSearch(tenantId, services, search, answer))
    yield event.type === "done" ? { ...event, result: withCategory(event.result, category) } : event;
}

/** What was taken out of this question: a result may be another caller's, who asked the same without it. */
function withCategory(result: SearchResponse, category: QuestionCategory | undefined): SearchResponse {
  if (category === undefined) return result;
  return { ...result, why: { ...result.why, safety: { ...result.why.safety, category } } };
}

/** Reads all events and returns the result: the JSON form of `/search`. */
export async function collectSearch(events: AsyncIterable<SearchEvent>): Promise<SearchResponse> {
  let result: SearchResponse | undefined;
  for await (const event of events) if (event.type === "done") result = event.result;
  if (result === undefined) throw defect("a search ended without a result");
  return result;
}

function* refuse({ reply, category }: BlockedQuestion): Generator<SearchEvent, void, undefined> {
  yield { type: "sources", sources: [] };
  yield { type: "message", content: reply };
  yield { type: "follow_ups", followUps: [] };
  const why = {
    stages: [],
    scores: [],
    cache: { hit: false, reason: "blocked" as const },
    safety: { blocked: true, category },
  };
  const nothing = { sources: [], citations: [], followUps: [], confidence: noConfidence([]), usage: NO_USAGE };
  yield { type: "done", result: { answer: reply, abstained: true, ...nothing, why } };
}
