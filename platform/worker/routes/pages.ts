import * as z from "#base/zod";

import type { RequestContext } from "#http/request-context";
import { defineRoute } from "#http/route";
import type { Services } from "#worker/services";

/** A page runs its own files and asks its own origin, and nothing else; it may play speech that it was sent. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const about = { method: "GET", tag: "operations", access: "public" } as const;

/** `GET /`: the console of the tenant, a page for people. Its files are static assets beside the Worker. */
export const consoleRoute = defineRoute<Services>()(
  {
    ...about,
    path: "/",
    operationId: "getConsole",
    summary: "The console: a page for people",
    contentType: "text/html",
  },
  (context) => serve(context, "/index.html"),
);

/** `GET /docs`: the API for people, made in the browser of the document below. */
export const docsRoute = defineRoute<Services>()(
  {
    ...about,
    path: "/docs",
    operationId: "getDocs",
    summary: "This API as a page for people",
    contentType: "text/html",
  },
  (context) => serve(context, "/docs.html"),
);

/** `GET /openapi.json`: this API as OpenAPI 3.1, written by the build from the schemas that parse the requests. */
export const openapiRoute = defineRoute<Services>()(
  {
    ...about,
    path: "/openapi.json",
    operationId: "getOpenApi",
    summary: "This API as an OpenAPI 3.1 document",
    contentType: "application/json",
  },
  (context) => serve(context, "/openapi.json"),
);

/** `GET /console/…`: scripts, styles and pictures of the pages. */
export const consoleFileRoute = defineRoute<Services>()(
  {
    ...about,
    path: "/console/:file",
    operationId: "getConsoleFile",
    summary: "A script, style or picture of the pages",
    params: z.object({ file: z.string().check(z.regex(/^[a-z0-9-]{1,40}\.(css|js|svg)$/)) }),
    contentType: "text/javascript",
  },
  (context, { params }) => serve(context, `/console/${params.file}`),
);

/** Browsers keep a file and ask whether it is still the same: its ETag changes with a deploy. */
async function serve({ services, request }: RequestContext<Services>, path: string): Promise<Response> {
  const asset = await services.asset(path, request.headers.get("if-none-match"));
  const headers = new Headers({ "cache-control": "no-cache" });
  for (const name of ["content-type", "etag"]) {
    const value = asset.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (path.endsWith(".html")) headers.set("content-security-policy", PAGE_POLICY);
  return new Response(asset.body, { status: asset.status, headers });
}
