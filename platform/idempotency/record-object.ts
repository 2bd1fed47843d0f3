import { DurableObject } from "cloudflare:workers";

import { CLAIM_MS, type ClaimVerdict, judgeClaim, KEPT_MS } from "#idempotency/claim";
import { type RecordAddress, recordName } from "#idempotency/record-name";
import { type KeptAnswer, RecordStore } from "#idempotency/record-store";
import type { TenantId } from "#tenancy/tenant-id";

/** The bindings a record needs to know its own name. */
export interface IdempotencyEnv {
  readonly IDEMPOTENCY: DurableObjectNamespace<IdempotencyRecord>;
}

/** What `begin` tells a request: to run, under this claim; what was answered before; or why it must not run. */
export type BeginReply =
  | { readonly verdict: "granted"; readonly claimId: string }
  | { readonly verdict: "answered"; readonly answer: KeptAnswer }
  | { readonly verdict: "running" | "mismatch" | "too_large" | "wrong_address" };

/** How a request that was granted its key has ended. `failed`: nothing is kept, the next request with the key runs. */
export type Outcome =
  | { readonly kind: "answered"; readonly answer: KeptAnswer }
  | { readonly kind: "too_large" }
  | { readonly kind: "failed" };

/**
 * How long a repetition waits for the end of the first request: a client that has read the last event may be faster than
 * the store.
 */
const ENDING_MS = 200;

/**
 * What became of one idempotency key: a SQLite-backed Durable Object per key, so that requests with the same key meet on one
 * thread and exactly one of them runs. It deletes itself after a day.
 *
 * Each call names tenant and address; the object checks that they make up its own name.
 */
export class IdempotencyRecord extends DurableObject<IdempotencyEnv> {
  readonly #store: RecordStore;
  /** Of the claim that was given last; `undefined` when the object was evicted since. */
  #ended: PromiseWithResolvers<void> | undefined;

  constructor(context: DurableObjectState, env: IdempotencyEnv) {
    super(context, env);
    this.#store = new RecordStore(context.storage.sql);
  }

  async begin(tenantId: TenantId, address: RecordAddress, requestDigest: string): Promise<BeginReply> {
    if (!this.#isMine(tenantId, address)) return { verdict: "wrong_address" };
    const verdict = await this.#judge(requestDigest);
    if (verdict === "answered") return { verdict, answer: this.#store.answer() };
    if (verdict !== "granted") return { verdict };
    const nowMs = this.nowMs();
    const claimId = crypto.randomUUID();
    const expiresAtMs = nowMs + KEPT_MS;
    this.#store.claim({ requestDigest, state: "running", claimId, claimedUntilMs: nowMs + CLAIM_MS, expiresAtMs });
    this.#ended = Promise.withResolvers();
    await this.ctx.storage.setAlarm(expiresAtMs);
    return { verdict, claimId };
  }

  /** A sign of life of the request that runs. */
  renew(tenantId: TenantId, address: RecordAddress, claimId: string): void {
    if (this.#holds(tenantId, address, claimId)) this.#store.renew(this.nowMs() + CLAIM_MS);
  }

  /** Ends a claim. One that was given to another request meanwhile changes nothing. */
  async end(tenantId: TenantId, address: RecordAddress, claimId: string, outcome: Outcome): Promise<void> {
    if (!this.#holds(tenantId, address, claimId)) return;
    if (outcome.kind === "answered") this.#store.keep(outcome.answer);
    else if (outcome.kind === "too_large") this.#store.noteTooLarge();
    else await this.#erase();
    this.#ended?.resolve();
  }

  override async alarm(): Promise<void> {
    await this.#erase();
  }

  /** The time; tests choose it. */
  protected nowMs(): number {
    return Date.now();
  }

  /** Nothing is awaited between the last judgement and the claim, so of several requests one is granted the key. */
  async #judge(requestDigest: string): Promise<ClaimVerdict> {
    const judge = () => judgeClaim(this.#store.read(), requestDigest, this.nowMs());
    const verdict = judge();
    if (verdict !== "running" || this.#ended === undefined) return verdict;
    await Promise.race([this.#ended.promise, scheduler.wait(ENDING_MS)]);
    return judge();
  }

  #isMine(tenantId: TenantId, address: RecordAddress): boolean {
    return this.env.IDEMPOTENCY.idFromName(recordName(tenantId, address)).equals(this.ctx.id);
  }

  #holds(tenantId: TenantId, address: RecordAddress, claimId: string): boolean {
    if (!this.#isMine(tenantId, address)) return false;
    const record = this.#store.read();
    return record?.state === "running" && record.claimId === claimId;
  }

  async #erase(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#store.createTables();
  }
}
