import { readBytes } from "#http/read-input";
import type { RequestContext } from "#http/request-context";
import { describeThrown } from "#observability/logger";
import type { TenantId } from "#tenancy/tenant-id";

/** A request that carries an `Idempotency-Key`, as the shell sees it. */
export interface RepeatableRequest {
  /** The header's value, unchecked. */
  readonly key: string;
  readonly principalId: string;
  readonly route: string;
  /** Path, query and body: requests that differ in it are different requests. */
  readonly content: Uint8Array;
  hasFailed(): boolean;
  waitUntil(work: Promise<unknown>): void;
  reportFailure(error: unknown): void;
}

/** Answers repetitions of a request with the first one's answer. Handed in, as every feature is. */
export interface Repetitions {
  run(tenantId: TenantId, request: RepeatableRequest, answer: () => Promise<Response>): Promise<Response>;
}

/**
 * Runs a handler for the first request with its `Idempotency-Key` and for no repetition of it. The handler gets the body
 * from memory, and no signal: what is done once is done to its end, also when the client leaves.
 */
export async function runOnce<Services>(
  context: RequestContext<Services>,
  { key, maxBytes, repetitions }: { key: string; maxBytes: number; repetitions: Repetitions },
  handle: (context: RequestContext<Services>) => Promise<Response>,
): Promise<Response> {
  const { tenant, principal, route, request, log } = context;
  const body = await readBytes(request, maxBytes);
  let hasFailed = false;
  const repeatable: RepeatableRequest = {
    key,
    principalId: principal.id,
    route,
    content: contentOf(request.url, body),
    hasFailed: () => hasFailed,
    waitUntil: (work) => context.waitUntil(work),
    reportFailure: (error) => log.log("error", "idempotency_failed", { route, error: describeThrown(error) }),
  };
  return repetitions.run(tenant.tenantId, repeatable, () =>
    handle({
      ...context,
      request: new Request(request.url, { method: request.method, headers: request.headers, body }),
      noteFailure: () => (hasFailed = true),
    }),
  );
}

function contentOf(url: string, body: Uint8Array): Uint8Array {
  const { pathname, search } = new URL(url);
  const head = new TextEncoder().encode(`${pathname}${search}\n`);
  const content = new Uint8Array(head.byteLength + body.byteLength);
  content.set(head);
  content.set(body, head.byteLength);
  return content;
}
