import type { RequestContext } from "#http/request-context";
import { ragSettings, type ReaderCall } from "#rag/rag-services";
import type { Services } from "#worker/services";

/** What every knowledge operation is told of a request, besides its own input. */
export function knowledgeCall({
  tenant,
  services,
  traceId,
  route,
  principal,
  request,
}: RequestContext<Services>): ReaderCall {
  return {
    settings: ragSettings(tenant, { environment: services.environment, route }),
    context: { traceId, route, principalId: principal.id, signal: request.signal },
    acl: principal.acl,
  };
}
