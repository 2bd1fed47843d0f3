import type * as z from "#base/zod";

import { readJsonBody, parseInput } from "#http/read-input";
import type { RequestContext } from "#http/request-context";
import type { FeatureFlag } from "#tenancy/feature-flags";
import type { Scope } from "#tenancy/scopes";
import type { TenantConfig } from "#tenancy/tenant-config";

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Which of the tenant's body limits a route has. */
export type BodyLimit = "standard" | "ingest" | "small";

/** One line of the API: what the router, the OpenAPI document and the tests know of a route. */
export interface RouteSpec {
  readonly method: HttpMethod;
  /** Pattern of Hono's router; parameters as `:name`. */
  readonly path: `/${string}`;
  /** Further paths with the same parameters, e.g. of an older contract. */
  readonly aliases?: readonly `/${string}`[];
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /**
   * The scope a caller needs; `any-key` takes every valid key, `public` needs no credential at all. `any-tool` takes every
   * valid key, and anonymous callers who may use a tool: the handler decides which tools.
   */
  readonly access: Scope | "any-key" | "any-tool" | "public";
  /** The route answers `forbidden` while this flag of the tenant is off. */
  readonly flag?: FeatureFlag;
  /**
   * The handler counts the request together with what it reserves (`RequestContext.count`): one call of the quota object
   * in place of two. What it leaves open is counted behind it.
   */
  readonly countsItself?: boolean;
  readonly body?: z.ZodMiniType;
  /** Parses the body in place of `body`, where the schema alone does not say it all. Throws `invalid_request`. */
  readonly parseBody?: (value: unknown, request: Request) => unknown;
  readonly bodyLimit?: BodyLimit;
  readonly query?: z.ZodMiniType;
  readonly params?: z.ZodMiniType;
  /** Schema of `data` in the envelope of a 200. */
  readonly response?: z.ZodMiniType;
  /** Schema of `data` in the envelope of a 202: the request was accepted and is done later. */
  readonly accepted?: z.ZodMiniType;
  /** In place of `response`, where a 200 has no envelope. */
  readonly bareResponse?: z.ZodMiniType;
  /** Set when a 200 can be (or is only) something else than JSON. */
  readonly contentType?: string;
}

type Parsed<Schema> = Schema extends z.ZodMiniType ? z.output<Schema> : undefined;

/** The parsed input of a route: what its schemas let through. */
export interface RouteInput<Spec extends RouteSpec> {
  readonly body: Spec extends { readonly parseBody: (value: unknown, request: Request) => infer Body }
    ? Body
    : Parsed<Spec["body"]>;
  readonly query: Parsed<Spec["query"]>;
  readonly params: Parsed<Spec["params"]>;
}

/** Texts of a request that the router took apart, not yet checked. */
export interface RawInput {
  readonly query: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
}

/** A route that can be mounted: its line of the API and what answers it. */
export interface Route<Services> {
  readonly spec: RouteSpec;
  handle(context: RequestContext<Services>, raw: RawInput): Promise<Response>;
}

/**
 * Binds a handler to its spec: input reaches it parsed, or not at all. Curried, so that only `Services` has to be named:
 * `defineRoute<Services>()({ method: "GET", … }, async (context, input) => …)`.
 * Throws `invalid_json`, `invalid_request`, `payload_too_large` or `unsupported_media_type` before the handler runs.
 */
export function defineRoute<Services>() {
  return <const Spec extends RouteSpec>(
    spec: Spec,
    handler: (context: RequestContext<Services>, input: RouteInput<Spec>) => Promise<Response>,
  ): Route<Services> => ({
    spec,
    async handle(context, raw) {
      const input = {
        params: spec.params === undefined ? undefined : parseInput(spec.params, raw.params, "path"),
        query: spec.query === undefined ? undefined : parseInput(spec.query, raw.query, "query"),
        body: spec.body === undefined ? undefined : await parseBody(spec, spec.body, context),
      };
      return handler(context, input as RouteInput<Spec>);
    },
  });
}

async function parseBody<Services>(
  spec: RouteSpec,
  schema: z.ZodMiniType,
  { request, tenant }: RequestContext<Services>,
): Promise<unknown> {
  const value = await readJsonBody(request, maxBodyBytes(tenant, spec));
  return spec.parseBody === undefined ? parseInput(schema, value, "") : spec.parseBody(value, request);
}

/** The limit of a route's body for a tenant, in bytes. */
export function maxBodyBytes({ limits }: TenantConfig, { bodyLimit = "small" }: RouteSpec): number {
  return limits.body[`${bodyLimit}Bytes`];
}
