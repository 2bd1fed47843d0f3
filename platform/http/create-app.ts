import { type Context, Hono } from "hono";

import { authenticate, type ApiKeyStore } from "#auth/authenticate";
import { readCredential } from "#auth/credential";
import { requireScope } from "#auth/principal";
import { PlatformError, toPlatformError } from "#base/errors";
import { accessLog } from "#http/middleware/access-log";
import { cors } from "#http/middleware/cors";
import { drainBody } from "#http/middleware/drain-body";
import { headerLimit } from "#http/middleware/header-limit";
import { securityHeaders } from "#http/middleware/security-headers";
import { tenantOfRequest } from "#http/middleware/tenant";
import { trace } from "#http/middleware/trace";
import { renderError } from "#http/problem";
import type { AppEnv, RequestContext } from "#http/request-context";
import { type HttpMethod, maxBodyBytes, type Route } from "#http/route";
import { type Repetitions, runOnce } from "#http/run-once";
import { describeThrown, type Logger } from "#observability/logger";
import type { TenantDirectory } from "#tenancy/tenant-directory";

/** What the HTTP shell needs from the Worker that hosts it. */
export interface AppOptions<Services> {
  readonly directory: TenantDirectory;
  readonly routes: readonly Route<Services>[];
  readonly services: Services;
  readonly apiKeys: ApiKeyStore;
  /** What answers a POST that carries an `Idempotency-Key`. */
  readonly repetitions: Repetitions;
  readonly log: Logger;
}

/**
 * The HTTP shell: every middleware in its order, then the routes. Knows no feature.
 *
 * trace            first, so that every answer carries an id
 * access log       sees the final status, errors included
 * drain body       after everything, so that a refusal reaches a client that is still sending
 * security headers on errors too
 * header limit     before anything reads a header
 * tenant           before anything is stored, read or limited
 * CORS             after the tenant, whose origins decide; before authentication, because a preflight carries no key
 * route            authenticate → scope → repetition? → read and parse the input → handler
 */
export function createApp<Services>(options: AppOptions<Services>): Hono<AppEnv<Services>> {
  const app = new Hono<AppEnv<Services>>();
  app.onError((thrown, c) => answerError(c, thrown));
  app.use(
    trace(),
    accessLog(options.log),
    drainBody(),
    securityHeaders(),
    headerLimit(),
    tenantOfRequest(options.directory),
    cors(),
  );
  mountRoutes(app, options);
  app.notFound((c) =>
    answerError(c, new PlatformError("not_found", "There is no such route. GET /openapi.json lists them all.")),
  );
  return app;
}

function mountRoutes<Services>(app: Hono<AppEnv<Services>>, options: AppOptions<Services>): void {
  const methodsOf = new Map<string, HttpMethod[]>();
  for (const route of options.routes) {
    for (const path of [route.spec.path, ...(route.spec.aliases ?? [])]) {
      methodsOf.set(path, [...(methodsOf.get(path) ?? []), route.spec.method]);
      app.on(route.spec.method, path, (c) => runRoute(c, route, options));
    }
  }
  // Reached only when no route above took the method.
  for (const [path, methods] of methodsOf) {
    const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
    app.options(path, () => new Response(null, { status: 204, headers: { allow } }));
    app.all(path, (c) => {
      c.set("route", path);
      throw new PlatformError("method_not_allowed", `${c.req.method} is not possible here; allowed: ${allow}.`, {
        headers: { allow },
      });
    });
  }
}

async function runRoute<Services>(
  c: Context<AppEnv<Services>>,
  route: Route<Services>,
  options: AppOptions<Services>,
): Promise<Response> {
  const { spec } = route;
  c.set("route", spec.path);
  const credential = spec.access === "public" ? undefined : readCredential(c.req.raw.headers);
  const principal = await authenticate(c.var.tenant, credential, options.apiKeys, Date.now());
  c.set("principal", principal);
  if (spec.access !== "public") requireScope(principal, spec.access);
  const context: RequestContext<Services> = {
    request: c.req.raw,
    route: spec.path,
    traceId: c.var.traceId,
    tenant: c.var.tenant,
    principal,
    services: options.services,
    log: c.var.log,
    waitUntil: (work) => {
      c.executionCtx.waitUntil(work);
    },
    noteFailure: () => undefined,
  };
  const raw = { query: c.req.query(), params: c.req.param() };
  const key = spec.method === "POST" ? c.req.raw.headers.get("idempotency-key") : null;
  if (key === null) return route.handle(context, raw);
  const once = { key, maxBytes: maxBodyBytes(c.var.tenant, spec), repetitions: options.repetitions };
  return runOnce(context, once, (own) => route.handle(own, raw));
}

/** Logs what was thrown with its private causes, answers with the public part. */
function answerError<Services>(c: Context<AppEnv<Services>>, thrown: unknown): Response {
  const error = toPlatformError(thrown);
  const { traceId, log } = c.var as Partial<AppEnv<Services>["Variables"]>;
  c.set("errorCode", error.code);
  if (error.status >= 500) log?.log("error", "request_failed", { code: error.code, error: describeThrown(thrown) });
  return renderError(error, { path: c.req.path, accept: c.req.header("accept") }, traceId ?? "");
}
