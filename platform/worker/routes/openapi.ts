import { buildOpenApi } from "#http/openapi";
import { defineRoute, type Route, type RouteSpec } from "#http/route";
import type { Services } from "#worker/services";

const INFO = {
  title: "Tenant AI platform",
  version: "1",
  description: "Chat and search over a tenant's own documents. Errors have one shape; `error.code` says what happened.",
};

/**
 * `GET /openapi.json`: this API as OpenAPI 3.1. Written when it is first asked for, from the schemas that parse the
 * requests: as text in the bundle it would be a tenth of it.
 *
 * @param specsOf all routes, this one among them
 */
export function openapiRoute(specsOf: () => readonly RouteSpec[]): Route<Services> {
  let text: string | undefined;
  return defineRoute<Services>()(
    {
      method: "GET",
      path: "/openapi.json",
      operationId: "getOpenApi",
      summary: "This API as an OpenAPI 3.1 document",
      tag: "operations",
      access: "public",
      contentType: "application/json",
    },
    () => {
      text ??= `${JSON.stringify(buildOpenApi(specsOf(), INFO), null, 1)}\n`;
      return Promise.resolve(new Response(text, { headers: { "content-type": "application/json" } }));
    },
  );
}
