import { defineRoute } from "#http/route";
import type { Services } from "#worker/services";

/** `GET /openapi.json`: this API as OpenAPI 3.1. */
export const openapiRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/openapi.json",
    operationId: "getOpenApi",
    summary: "This API as an OpenAPI 3.1 document",
    tag: "operations",
    access: "public",
    contentType: "application/json",
  },
  ({ services }) =>
    Promise.resolve(new Response(services.openapi, { headers: { "content-type": "application/json" } })),
);
