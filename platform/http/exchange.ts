import { getPath, tryDecodeURIComponent } from "hono/utils/url";

import type { Principal } from "#auth/principal";
import type { LogFields, Logger } from "#observability/logger";
import type { TenantConfig } from "#tenancy/tenant-config";

/** What the middleware leaves for the route and for each other, by name. */
export interface ExchangeNotes {
  traceId: string;
  startedMs: number;
  tenant: TenantConfig;
  /** Absent while, or because, nobody knows who asks. */
  principal?: Principal;
  log: Logger;
  /** Pattern of the matched route, for the request's log line. */
  route: string;
  /** What the rate limits say of this request. */
  rateHeaders?: Readonly<Record<string, string>>;
  /** How long the route's handler took. */
  handlerMs?: number;
  /** What the request's log line says besides. */
  logFields?: LogFields;
  /** Code of the error that was answered, for the request's log line. */
  errorCode?: string;
}

/** A request on its way through the shell, and its answer on the way back. */
export class Exchange {
  readonly request: Request;
  readonly url: URL;
  /** Decoded, but for what separates its parts: `%2F` stays. */
  readonly path: string;
  /** Set one after the other: who reads one stands behind who sets it, or asks for it as one that may be absent. */
  readonly notes = {} as ExchangeNotes;
  /** The answer so far: there is one behind `next()`. */
  answer!: Response;
  readonly #waitUntil: (work: Promise<unknown>) => void;
  #params: Readonly<Record<string, string>> = {};

  constructor(request: Request, waitUntil: (work: Promise<unknown>) => void) {
    this.request = request;
    this.url = new URL(request.url);
    this.path = getPath(request);
    this.#waitUntil = waitUntil;
  }

  /** Keeps the Worker alive for work that must not delay the answer. */
  waitUntil(work: Promise<unknown>): void {
    this.#waitUntil(work);
  }

  /** Parameters of the path, decoded. */
  get params(): Readonly<Record<string, string>> {
    return this.#params;
  }

  /** `found` is what the router has found in the path. */
  set params(found: Readonly<Record<string, string>>) {
    this.#params = Object.fromEntries(
      Object.entries(found).flatMap(([name, value = ""]) =>
        value === "" ? [] : [[name, tryDecodeURIComponent(value)]],
      ),
    );
  }

  /** Parameters of the query. Of several with the same name the first counts. */
  get query(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.url.searchParams].toReversed());
  }
}

/** Does something before the rest of the shell answers (`next`), behind it, or in its place. */
export type Middleware = (exchange: Exchange, next: () => Promise<void>) => Promise<void>;

/**
 * Lets an exchange pass through each middleware in its order, and through `last`. What one of them throws becomes an answer
 * right there, so that those around it see an answer whatever happens.
 */
export async function passThrough(
  exchange: Exchange,
  middleware: readonly Middleware[],
  last: (exchange: Exchange) => Promise<Response>,
  answerError: (exchange: Exchange, thrown: unknown) => Response,
): Promise<Response> {
  const pass = async (index: number): Promise<void> => {
    const step = middleware[index];
    try {
      if (step === undefined) exchange.answer = await last(exchange);
      else await step(exchange, () => pass(index + 1));
    } catch (thrown) {
      exchange.answer = answerError(exchange, thrown);
    }
  };
  await pass(0);
  return exchange.answer;
}
