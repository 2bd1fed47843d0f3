import type { RouteRequest } from "#tests/security/route-rows";
import { VICTIM } from "#tests/security/world";

/** Another tenant's words in a request of a principal who is somebody, just not that tenant's. */
export interface Forgery {
  readonly name: string;
  /** The request with the forgery in it; `undefined` where the route has no such place. */
  readonly forge: (request: RouteRequest) => RouteRequest | undefined;
}

const HOST = "acme.example";
const SQL = `x' OR tenant_id = '${VICTIM}' --`;
const SQL_HEADERS = [
  ...["x-request-id", "cf-ray", "traceparent", "cf-connecting-ip", "x-real-ip"],
  ...["user-agent", "referer", "accept-language", "x-session-id"],
];

const HEADERS: readonly (readonly [name: string, headers: Readonly<Record<string, string>>])[] = [
  [
    "headers and cookies that name a tenant",
    { "x-tenant": VICTIM, "tenant-id": VICTIM, "x-org-id": VICTIM, "x-namespace": VICTIM, cookie: `tenant=${VICTIM}` },
  ],
  [
    "headers of a proxy that name a host",
    { "x-forwarded-host": HOST, "x-original-host": HOST, "x-host": HOST, forwarded: `host=${HOST}` },
  ],
  [
    "headers that name a person and ask for rights",
    { "x-principal-id": "admin", "x-user-id": "admin", "x-forwarded-user": "admin", "x-acl": "*", "x-scopes": "admin" },
  ],
  ["headers that name another route", { "x-original-url": "/audit", "x-rewrite-url": "/audit" }],
  ["SQL in headers", Object.fromEntries(SQL_HEADERS.map((name) => [name, SQL]))],
];

const QUERIES: readonly (readonly [name: string, query: Readonly<Record<string, string>>])[] = [
  ["a tenant in the query", { tenantId: VICTIM, tenant_id: VICTIM, "x-tenant-id": VICTIM }],
  ["a principal in the query", { principalId: "admin", userId: "admin", acl: "*" }],
  ["a namespace in the query", { namespace: VICTIM }],
];

const BODIES: readonly (readonly [name: string, body: Readonly<Record<string, unknown>>])[] = [
  ["a tenant in the body", { tenantId: VICTIM, tenant_id: VICTIM, tenant: VICTIM }],
  ["a namespace in the body", { namespace: VICTIM, index: VICTIM, collection: VICTIM }],
  ["a principal in the body", { principalId: "admin", userId: "admin", user: "admin", owner: "admin" }],
  ["an owner that is nobody in the body", { principalId: null, owner: null, userId: null }],
  ["scopes in the body", { scopes: ["admin"], role: "admin", isAdmin: true }],
  ["labels in the body", { acl: ["*"] }],
  ["a tenant in the metadata", { metadata: { tenantId: VICTIM, tenant_id: VICTIM, namespace: VICTIM } }],
  ["a tenant in the filter", { filter: { tenantId: VICTIM } }],
  ["a tenant in the filter's metadata", { filter: { metadata: { tenantId: VICTIM } } }],
  ["a cache key in the body", { cacheKey: `${VICTIM}:search-cache:0`, cache: `${VICTIM}:search-cache:0` }],
  ["__proto__ in the body", JSON.parse(`{"__proto__": {"tenantId": "${VICTIM}"}}`) as Record<string, unknown>],
];

/** All of them: those in a query or a body replace nothing of the request's own. */
export const FORGERIES: readonly Forgery[] = [
  ...HEADERS.map(([name, headers]) => ({
    name,
    forge: (request: RouteRequest) => ({ ...request, headers: { ...request.headers, ...headers } }),
  })),
  ...QUERIES.map(([name, query]) => ({
    name,
    forge: (request: RouteRequest) => ({ ...request, query: { ...request.query, ...query } }),
  })),
  ...BODIES.map(([name, body]) => ({
    name,
    forge: ({ body: own, ...request }: RouteRequest) =>
      own === undefined ? undefined : { ...request, body: { ...own, ...body } },
  })),
];
