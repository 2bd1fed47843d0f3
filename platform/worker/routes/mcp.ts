import * as z from "#base/zod";

import { PlatformError } from "#base/errors";
import type { RequestContext } from "#http/request-context";
import { defineRoute } from "#http/route";
import { answerMcp } from "#mcp/answer-mcp";
import type { Services } from "#worker/services";

const messageSchema = z.looseObject({ jsonrpc: z.literal("2.0"), method: z.string() });

/** `POST /mcp`: the tools of the caller over the Model Context Protocol, streamable HTTP, without any session. */
export const mcpRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/mcp",
    operationId: "mcp",
    summary:
      "Model Context Protocol (2026-07-28, 2025-11-25 and before) over streamable HTTP: tools/list and tools/call, with progress",
    tag: "tools",
    access: "any-tool",
    flag: "tools",
    body: messageSchema,
    // The protocol has errors of its own for messages that are none.
    parseBody: (value) => value,
    bodyLimit: "standard",
    bareResponse: z.looseObject({ ...messageSchema.shape, method: z.optional(z.string()) }),
    contentType: "text/event-stream",
  },
  (context, { body }) => {
    const { tenant, services, principal, traceId, route, request } = context;
    demandOwnOrigin(context);
    const leaving = new AbortController();
    const signal = AbortSignal.any([request.signal, leaving.signal]);
    return answerMcp({
      tenant,
      host: services.tools(tenant),
      principal,
      context: { traceId, route, principalId: principal.id, signal },
      headers: request.headers,
      body,
      abort: () => leaving.abort(),
    });
  },
);

/**
 * Refuses pages of other origins than the tenant's, whatever host they think they talk to: DNS rebinding lets a stranger's
 * page reach a server on the reader's own machine under the stranger's name. Programs send no `Origin`.
 */
function demandOwnOrigin({ request, tenant, services }: RequestContext<Services>): void {
  const origin = request.headers.get("origin");
  if (origin === null || tenant.cors.origins.includes(origin)) return;
  const { hostnames } = tenant.environments[services.environment];
  if (hostnames.some((hostname) => origin === `https://${hostname}`)) return;
  throw new PlatformError(
    "forbidden",
    "This origin may not call the endpoint. The tenant's cors.origins names those that may.",
  );
}
