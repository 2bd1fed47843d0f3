import { authenticate, type Authenticators } from "#auth/authenticate";
import { readCredential } from "#auth/credential";
import { holdsToolScope, type Principal, requireKey, requireScope } from "#auth/principal";
import { PlatformError, toPlatformError } from "#base/errors";
import { type AnswerBound, answerBound, answerInTime } from "#http/answer-in-time";
import { Exchange, type ExchangeNotes, type Middleware, passThrough } from "#http/exchange";
import { accessLog } from "#http/middleware/access-log";
import { cors } from "#http/middleware/cors";
import { drainBody } from "#http/middleware/drain-body";
import { headerLimit } from "#http/middleware/header-limit";
import { countRequest, OpenCount, rateLimitHeaders } from "#http/middleware/rate-limit";
import { securityHeaders } from "#http/middleware/security-headers";
import { tenantOfRequest } from "#http/middleware/tenant";
import { trace } from "#http/middleware/trace";
import { renderError } from "#http/problem";
import type { RequestContext } from "#http/request-context";
import { type HttpMethod, maxBodyBytes, type Route, type RouteSpec } from "#http/route";
import { RouteTable } from "#http/route-table";
import { type Repetitions, runOnce } from "#http/run-once";
import type { QuotaClient } from "#limits/quota-client";
import type { RequestCount } from "#limits/request-count";
import { describeThrown, type LogFields, type Logger } from "#observability/logger";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { TenantDirectory } from "#tenancy/tenant-directory";
import type { TenantId } from "#tenancy/tenant-id";

/** What the HTTP shell needs from the Worker that hosts it. */
export interface AppOptions<Services> {
  readonly directory: TenantDirectory;
  /** A tenant's config with what was set at run time, and what the request's log line says of that. */
  readonly currentTenant: (tenantId: TenantId) => Promise<{ config: TenantConfig; logFields: LogFields }>;
  readonly routes: readonly Route<Services>[];
  readonly services: Services;
  readonly authenticators: Authenticators;
  readonly quotas: QuotaClient;
  /** What answers a POST that carries an `Idempotency-Key`. */
  readonly repetitions: Repetitions;
  readonly log: Logger;
  /** By default what storage and models may take. */
  readonly answerBound?: AnswerBound | undefined;
}

/** What a Worker answers requests with. */
export interface App {
  fetch(request: Request, env: unknown, context: { waitUntil(work: Promise<unknown>): void }): Promise<Response>;
}

type Handler = (exchange: Exchange) => Promise<Response>;

/**
 * The HTTP shell: every middleware in its order, then the routes. Knows no feature.
 *
 * trace            first, so that every answer carries an id
 * access log       sees the final status, errors included; tells the caller what took how long
 * drain body       after everything, so that a refusal reaches a client that is still sending
 * security headers on errors too
 * rate headers     on every answer of a request that was counted
 * header limit     before anything reads a header
 * tenant           before anything is stored, read or limited
 * CORS             after the tenant, whose origins decide; before authentication, because a preflight carries no key
 * route            authenticate → rate limit → scope → settings of now → repetition? → read and parse the input → handler;
 *                  a route that spends is limited in the same step as its budget, and at the latest behind its handler
 */
export function createApp<Services>(options: AppOptions<Services>): App {
  const routes = new RouteTable<Handler>();
  mountRoutes(routes, options);
  const middleware: readonly Middleware[] = [
    trace(),
    accessLog(options.log),
    drainBody(),
    securityHeaders(),
    rateLimitHeaders(),
    headerLimit(),
    tenantOfRequest(options.directory),
    cors(),
  ];
  const answerHere = async (c: Exchange): Promise<Response> => {
    // What answers GET answers HEAD.
    const method = c.request.method === "HEAD" ? "GET" : c.request.method;
    const [handler, params] = routes.match(method, c.path)[0][0] ?? [answerUnknown(options)];
    c.params = (params ?? {}) as Readonly<Record<string, string>>;
    return handler(c);
  };
  return {
    async fetch(request, _env, context) {
      const c = new Exchange(request, (work) => {
        context.waitUntil(work);
      });
      const answer = await passThrough(c, middleware, answerHere, answerError);
      return request.method === "HEAD" ? new Response(null, answer) : answer;
    },
  };
}

function answerUnknown<Services>({ quotas }: AppOptions<Services>): Handler {
  return async (c) => {
    await countRequest(c, quotas);
    throw new PlatformError("not_found", "There is no such route. GET /openapi.json lists them all.");
  };
}

function mountRoutes<Services>(table: RouteTable<Handler>, options: AppOptions<Services>): void {
  const methodsOf = new Map<string, HttpMethod[]>();
  const boundOf = options.answerBound ?? answerBound;
  for (const route of options.routes) {
    for (const path of [route.spec.path, ...(route.spec.aliases ?? [])]) {
      methodsOf.set(path, [...(methodsOf.get(path) ?? []), route.spec.method]);
      table.add(route.spec.method, path, (c) =>
        answerInTime(runRoute(c, route, options), boundOf(c.notes.tenant, route.spec)),
      );
    }
  }
  // Reached only when no route above took the method.
  for (const [path, methods] of methodsOf) {
    const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
    table.add("OPTIONS", path, () => Promise.resolve(new Response(null, { status: 204, headers: { allow } })));
    table.add("ALL", path, async (c) => {
      c.notes.route = path;
      await countRequest(c, options.quotas);
      throw new PlatformError("method_not_allowed", `${c.request.method} is not possible here; allowed: ${allow}.`, {
        headers: { allow },
      });
    });
  }
}

async function runRoute<Services>(
  c: Exchange,
  route: Route<Services>,
  options: AppOptions<Services>,
): Promise<Response> {
  const { spec } = route;
  c.notes.route = spec.path;
  const { principal, count } = await countPrincipal(c, spec, options);
  const answer = (): Promise<Response> => answerRoute(c, route, options, { principal, count });
  return count instanceof OpenCount ? count.around(answer) : answer();
}

/** Refuses who may not use the route; runs the handler with everything it may know. */
async function answerRoute<Services>(
  c: Exchange,
  route: Route<Services>,
  options: AppOptions<Services>,
  { principal, count }: { principal: Principal; count: RequestCount },
): Promise<Response> {
  const { spec } = route;
  requireAccess(principal, spec);
  const { config: tenant, logFields } = await options.currentTenant(c.notes.tenant.tenantId);
  c.notes.logFields = logFields;
  requireFlag(tenant, spec);
  const context: RequestContext<Services> = {
    request: c.request,
    route: spec.path,
    traceId: c.notes.traceId,
    tenant,
    principal,
    services: options.services,
    log: c.notes.log,
    count,
    noteFields: (fields) => {
      c.notes.logFields = { ...c.notes.logFields, ...fields };
    },
    waitUntil: (work) => {
      c.waitUntil(work);
    },
    noteFailure: () => undefined,
  };
  const raw = { query: c.query, params: c.params };
  const key = spec.method === "POST" ? c.request.headers.get("idempotency-key") : null;
  const handle = async (own: RequestContext<Services>): Promise<Response> => {
    const startedMs = Date.now();
    try {
      return await route.handle(own, raw);
    } finally {
      c.notes.handlerMs = Date.now() - startedMs;
    }
  };
  if (key === null) return handle(context);
  const once = { key, maxBytes: maxBodyBytes(tenant, spec), repetitions: options.repetitions };
  return runOnce(context, once, handle);
}

/** Finds out who asks, and counts the request as far as the route does not do it itself. */
async function countPrincipal<Services>(
  c: Exchange,
  { access, countsItself = false }: RouteSpec,
  { authenticators, quotas }: AppOptions<Services>,
): Promise<{ principal: Principal; count: RequestCount }> {
  if (access === "public") {
    await countRequest(c, quotas);
    return { principal: ANYONE, count: COUNTED };
  }
  const credential = readCredential(c.request.headers);
  let principal: Principal;
  try {
    principal = await authenticate(c.notes.tenant, credential, authenticators, Date.now());
  } catch (error) {
    // Whatever it was: who tries credentials is counted by address, and told to wait before being told why.
    await countRequest(c, quotas);
    throw error;
  }
  c.notes.principal = principal;
  if (countsItself) return { principal, count: new OpenCount(c, quotas, principal) };
  await countRequest(c, quotas, principal);
  return { principal, count: COUNTED };
}

function requireAccess(principal: Principal, { access }: RouteSpec): void {
  if (access === "public") return;
  if (access === "any-key" || (access === "any-tool" && !holdsToolScope(principal))) requireKey(principal);
  else if (access !== "any-tool") requireScope(principal, access);
}

/** The count of a request that nothing needs to be done about. */
const COUNTED: RequestCount = { demands: [], decided: () => undefined, refused: () => undefined };

function requireFlag({ featureFlags }: TenantConfig, { flag }: RouteSpec): void {
  if (flag === undefined || featureFlags[flag]) return;
  throw new PlatformError("forbidden", `This is switched off for the tenant at the moment (${flag}).`);
}

/** Who uses a route that needs no key. */
const ANYONE: Principal = { kind: "anonymous", id: "anonymous", scopes: new Set(), acl: new Set() };

/** Logs what was thrown with its private causes, answers with the public part. */
function answerError(c: Exchange, thrown: unknown): Response {
  const error = toPlatformError(thrown);
  const { traceId, log } = c.notes as Partial<ExchangeNotes>;
  c.notes.errorCode = error.code;
  // Of a client that has left, whatever was cancelled for it comes here too.
  if (error.status >= 500 && !c.request.signal.aborted)
    log?.log("error", "request_failed", { code: error.code, error: describeThrown(thrown) });
  return renderError(error, { path: c.path, accept: c.request.headers.get("accept") ?? undefined }, traceId ?? "");
}
