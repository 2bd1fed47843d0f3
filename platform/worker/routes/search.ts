import { toPlatformError } from "#base/errors";
import type { ServerSentEvent } from "#base/server-sent-events";
import { envelope } from "#http/envelope";
import { encodeEvents, eventStream } from "#http/event-stream";
import type { RequestContext } from "#http/request-context";
import { defineRoute } from "#http/route";
import { describeThrown } from "#observability/logger";
import { collectSearch, searchKnowledge } from "#rag/search-knowledge";
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
    const call = {
      ...knowledgeCall(context),
      request: { ...body, mode },
      isCacheBypassed: wantsFresh(context.request),
    };
    const events = watched(context, searchKnowledge(tenant.tenantId, services.knowledge(tenant), call));
    if (!body.stream) return envelope(traceId, await collectSearch(events));
    return eventStream(encodeEvents(toServerSentEvents(context, events)));
  },
);

/** The stores behind the stages of a search, which goes on without one of them. */
const STORES: ReadonlyMap<string, string> = new Map([
  ["lexical", "d1"],
  ["read", "d1"],
  ["vector", "vectorize"],
]);

/** Logs what the cache did for a search, and what it had to do without, when it has ended well. */
async function* watched(
  { tenant, services, log }: RequestContext<Services>,
  events: AsyncIterable<SearchEvent>,
): AsyncGenerator<SearchEvent> {
  const startedMs = services.clock.nowMs();
  for await (const event of events) {
    if (event.type === "done") {
      const { cache, stages } = event.result.why;
      for (const { name, error: code } of stages) {
        const dependency = STORES.get(name);
        if (dependency !== undefined && code !== undefined)
          log.log("warn", "search_degraded", { tenantId: tenant.tenantId, dependency, code });
      }
      log.log("info", "search", {
        tenantId: tenant.tenantId,
        cacheStatus: cache.reason,
        latencyMs: services.clock.nowMs() - startedMs,
        passages: event.result.sources.length,
        ...(cache.savedMs === undefined ? {} : { savedMs: cache.savedMs }),
        ...(cache.savedTokens === undefined ? {} : { savedTokens: cache.savedTokens }),
      });
    }
    yield event;
  }
}

/** `Cache-Control: no-cache` or `no-store`: the caller does not want an answer that was kept (RFC 9111, section 5.2.1). */
function wantsFresh({ headers }: Request): boolean {
  return /\bno-(?:cache|store)\b/i.test(headers.get("cache-control") ?? "");
}

/** Numbers the events; a failure in the middle becomes an `error` event and a `done` that says so. */
async function* toServerSentEvents(
  { log, route, traceId }: RequestContext<Services>,
  events: AsyncIterable<SearchEvent>,
): AsyncGenerator<ServerSentEvent> {
  let id = 0;
  const toEvent = (event: string, data: object) => ({ event, id: String(++id), data: JSON.stringify(data) });
  try {
    for await (const event of events) yield toEvent(event.type, dataOf(event));
  } catch (thrown) {
    const { code, message } = toPlatformError(thrown);
    log.log("error", "search_failed", { route, code, error: describeThrown(thrown) });
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
