import type { Principal } from "#auth/principal";
import type { Exchange, ExchangeNotes, Middleware } from "#http/exchange";
import type { QuotaClient } from "#limits/quota-client";
import type { RateDemand, RateRefusal } from "#limits/quota-message";
import { rateDemands } from "#limits/rate-demands";
import type { RequestCount } from "#limits/request-count";

/** Puts `RateLimit` and its kin on the answer of a request that was counted. A refused one carries its own. */
export function rateLimitHeaders(): Middleware {
  return async (c, next) => {
    await next();
    const { rateHeaders } = c.notes as Partial<ExchangeNotes>;
    for (const [name, value] of Object.entries(rateHeaders ?? {})) {
      if (!c.answer.headers.has(name)) c.answer.headers.set(name, value);
    }
  };
}

/**
 * Counts a request, or refuses it with `rate_limited`. Without a principal only its address counts: for routes that need
 * no key, for routes that are not there, and for credentials that do not hold, so that nobody can try them at will.
 */
export async function countRequest(c: Exchange, quotas: QuotaClient, principal?: Principal): Promise<void> {
  const { headers } = await quotas.admit(c.notes.tenant.tenantId, {
    rate: demandsOf(c, principal),
    waitUntil: (work) => c.waitUntil(work),
  });
  c.notes.rateHeaders = headers;
}

/**
 * The count of a request that its handler may make together with what it spends. What can be decided at once is: refused
 * with `rate_limited`, or counted. `close` counts what the handler left open.
 */
export class OpenCount implements RequestCount {
  readonly #c: Exchange;
  readonly #quotas: QuotaClient;
  #demands: readonly RateDemand[];

  constructor(c: Exchange, quotas: QuotaClient, principal: Principal) {
    this.#c = c;
    this.#quotas = quotas;
    this.#demands = demandsOf(c, principal);
    const admission = quotas.admitHere(c.notes.tenant.tenantId, this.#request());
    if (admission !== undefined) this.decided(admission.headers);
  }

  get demands(): readonly RateDemand[] {
    return this.#demands;
  }

  decided(headers?: Readonly<Record<string, string>>): void {
    this.#demands = [];
    if (headers !== undefined) this.#c.notes.rateHeaders = headers;
  }

  refused(refusal: RateRefusal): void {
    this.#quotas.learnRefusal(this.#c.notes.tenant.tenantId, this.#demands, refusal);
    this.#demands = [];
  }

  /** Runs the handler, and counts behind it what it did not. A refusal then stands in place of whatever it answered. */
  async around(handle: () => Promise<Response>): Promise<Response> {
    try {
      return await handle();
    } finally {
      if (this.#demands.length > 0) await this.#close();
    }
  }

  async #close(): Promise<void> {
    const { headers } = await this.#quotas.admit(this.#c.notes.tenant.tenantId, { ...this.#request(), isNoted: true });
    this.decided(headers);
  }

  #request(): { rate: readonly RateDemand[]; waitUntil: (work: Promise<unknown>) => void } {
    return { rate: this.#demands, waitUntil: (work) => this.#c.waitUntil(work) };
  }
}

function demandsOf(c: Exchange, principal: Principal | undefined): readonly RateDemand[] {
  const { limits } = c.notes.tenant;
  const ip = c.request.headers.get("cf-connecting-ip") ?? "unknown";
  if (principal === undefined) return rateDemands(limits, { ip }, ["ip"]);
  return rateDemands(limits, principal.kind === "anonymous" ? { ip } : { ip, principalId: principal.id });
}
