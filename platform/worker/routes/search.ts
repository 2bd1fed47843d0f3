import { toPlatformError } from "#base/errors";
import type { ServerSentEvent } from "#base/server-sent-events";
import { envelope } from "#http/envelope";
import { encodeEvents, eventStream } from "#http/event-stream";
import type { RequestContext } from "#http/request-context";
import { defineRoute } from "#http/route";
import { describeThrown } from "#observability/logger";
import { answerSearch, collectSearch } from "#rag/answer-search";
import type { SearchEvent } from "#rag/search-event";
import { searchRequestSchema } from "#rag/search-request";
import { searchResponseSchema } from "#rag/search-response";
import { knowledgeCall } from "#worker/routes/knowledge-call";
import type { Services } from "#worker/services";

/** `POST /search`: an answer from the tenant's documents with its sources, as JSON or as server-sent events. */
export const searchRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/search",
    operationId: "search",
    summary: "Answer a question from the tenant's documents, with sources and checked citations",
    tag: "knowledge",
    access: "search",
    body: searchRequestSchema,
    bodyLimit: "standard",
    response: searchResponseSchema,
    contentType: "text/event-stream",
  },
  async (context, { body }) => {
    const { tenant, services, traceId } = context;
    const mode = tenant.featureFlags.searchAnswers ? body.mode : "retrieve";
    const call = { ...knowledgeCall(context), request: { ...body, mode } };
    const events = answerSearch(tenant.tenantId, services.knowledge(tenant), call);
    if (!body.stream) return envelope(traceId, await collectSearch(events));
    return eventStream(encodeEvents(toServerSentEvents(context, events)));
  },
);

/** Numbers the events; a failure in the middle becomes an `error` event and a `done` that says so. */
async function* toServerSentEvents(
  { log, traceId }: RequestContext<Services>,
  events: AsyncIterable<SearchEvent>,
): AsyncGenerator<ServerSentEvent> {
  let id = 0;
  const toEvent = (event: string, data: object) => ({ event, id: String(++id), data: JSON.stringify(data) });
  try {
    for await (const event of events) yield toEvent(event.type, dataOf(event));
  } catch (thrown) {
    const { code, message } = toPlatformError(thrown);
    log.log("error", "search_failed", { code, error: describeThrown(thrown) });
    yield toEvent("error", { code, message, traceId });
    yield toEvent("done", { ok: false });
  }
}

function dataOf(event: SearchEvent): object {
  switch (event.type) {
    case "sources":
      return { sources: event.sources };
    case "message":
      return { content: event.content };
    case "citation":
      return event.citation;
    case "follow_ups":
      return { followUps: event.followUps };
    case "done":
      return { ok: true, ...event.result };
  }
}
