import type { Principal } from "#auth/principal";
import type { RequestCount } from "#limits/request-count";
import type { LogFields, Logger } from "#observability/logger";
import type { TenantConfig } from "#tenancy/tenant-config";

/** What a handler knows about a request: everything checked, nothing raw but the request itself. */
export interface RequestContext<Services> {
  readonly request: Request;
  /** The route's pattern, e.g. `/chat/:sessionId/history`. */
  readonly route: string;
  readonly traceId: string;
  /** The tenant's config, with what was set at run time. */
  readonly tenant: TenantConfig;
  readonly principal: Principal;
  readonly services: Services;
  readonly log: Logger;
  /** The request's place in the rate limits: open only on a route that counts itself (`RouteSpec.countsItself`). */
  readonly count: RequestCount;
  /** Adds fields to the request's own log line. */
  noteFields(fields: LogFields): void;
  /** Keeps the Worker alive for work that must not delay the answer. */
  waitUntil(work: Promise<unknown>): void;
  /** Says that an answer which began well has failed in its middle, so that no repetition of the request gets to see it. */
  noteFailure(): void;
}
