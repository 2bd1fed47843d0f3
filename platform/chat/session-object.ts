import { DurableObject } from "cloudflare:workers";

import { hasScope } from "#auth/principal";
import { type ErrorCode, PlatformError } from "#base/errors";
import type { History } from "#chat/chat-request";
import type { EventPosition } from "#chat/event-id";
import { collectTurn } from "#chat/collect-turn";
import { endInterruptedTurn } from "#chat/end-interrupted-turn";
import type { TurnAdmission, TurnServices } from "#chat/run-chat-turn";
import { type CallDecision, decideCall, hasLostLabels, withPrincipal } from "#chat/paused-turn";
import { RunningTurn, type TurnInput, type TurnRun } from "#chat/running-turn";
import { sessionObjectName } from "#chat/session-name";
import { SessionTables } from "#chat/session-tables";
import { SessionStore, type Retention, type SessionOwner, type SessionRecord } from "#chat/session-store";
import { SessionSummaryWriter } from "#chat/session-summary-writer";
import { ToolState } from "#chat/tool-state";
import { TurnBroadcast } from "#chat/turn-broadcast";
import { TurnLog } from "#chat/turn-log";
import { RateLimitedError } from "#limits/quota-errors";
import type { RateDemand, RateRefusal } from "#limits/quota-message";
import type { SessionIndex } from "#storage/session-index";
import type { TenantId } from "#tenancy/tenant-id";

/** What the Worker hands to a session for one turn: settled values only, structured-clonable. */
export interface TurnRequest extends TurnInput, SessionOwner {
  readonly retention: Retention;
  /** What the request is still to be counted in. */
  readonly rate: readonly RateDemand[];
}

/** The adapters of the tenant that a session belongs to. */
export interface SessionServices extends TurnServices, Pick<TurnAdmission, "models"> {
  readonly tenantId: TenantId;
  readonly index: SessionIndex;
}

/** An answer of the session object: errors cross the RPC boundary as values, since classes do not. */
export type SessionReply<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly code: ErrorCode };

/** What a decision has led to. `isComplete`: the turn goes on; else further calls of it wait. */
export interface DecidedCall {
  readonly callId: string;
  readonly isApproved: boolean;
  readonly isComplete: boolean;
}

/** Whether a turn was let in. */
export type TurnReply =
  | {
      readonly outcome: "started";
      readonly events: ReadableStream<Uint8Array>;
      /** Where the caller stands in its rate limits. */
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly outcome: "not_found" }
  /** By its rate, its budget, or because the ledger does not answer. `rate` is there in the first case only. */
  | {
      readonly outcome: "refused";
      readonly code: ErrorCode;
      readonly message: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly rate?: RateRefusal;
    };

/** The bindings a session needs to know its own name. */
export interface SessionEnv {
  readonly CHAT_SESSIONS: DurableObjectNamespace<SessionObject<SessionEnv>>;
}

/**
 * One conversation of one tenant: a SQLite-backed Durable Object that runs its turns, one at a time.
 * The turn lives here and not in the request, so a client that leaves loses nothing.
 *
 * Each call names the tenant and the session; the object checks that both make up its own name, so a wrong caller
 * cannot reach it even with its id. A session answers only the principal that began it.
 */
export abstract class SessionObject<Env extends SessionEnv> extends DurableObject<Env> {
  readonly #tables: SessionTables;
  readonly #store: SessionStore;
  readonly #log: TurnLog;
  readonly #toolState: ToolState;
  readonly #summaries = new SessionSummaryWriter();
  /** Turns that run or wait, oldest first, with their ends. */
  readonly #turns = new Map<RunningTurn, Promise<void>>();
  /** End of the turn that came last. */
  #lastTurn: Promise<void> | undefined;
  /** Turns that are not let in yet. */
  #arriving = 0;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#tables = new SessionTables(context.storage.sql);
    this.#store = new SessionStore(context.storage.sql, this.#tables, (record) => {
      context.waitUntil(this.#scheduleRetention(record));
    });
    this.#log = new TurnLog(context.storage.sql, this.#tables);
    this.#toolState = new ToolState(context.storage.sql, this.#tables);
    endInterruptedTurn({ store: this.#store, log: this.#log, toolState: this.#toolState }, Date.now());
  }

  /** Adapters by the tenant's id as it is stored, for turns whose failure is (not) the answer of a request as well; `undefined` when this Worker does not serve the tenant (any more). */
  protected abstract sessionServices(tenantId: string, isAnswered?: boolean): SessionServices | undefined;

  /** Begins a turn, after those that came before it, and answers with the stream of its events. */
  startTurn(tenantId: TenantId, request: TurnRequest): Promise<TurnReply> {
    return this.#startTurn(tenantId, request, (turn) => turn.follow());
  }

  /** The same, for a caller that wants the answer only: a stream of one chunk, a `TurnAnswer` as JSON. Leaving it is leaving the turn. */
  answerTurn(tenantId: TenantId, request: TurnRequest): Promise<TurnReply> {
    const follow = (turn: RunningTurn) => turn.followWhole((events) => JSON.stringify(collectTurn(events)));
    return this.#startTurn(tenantId, request, follow, true);
  }

  /** The events of the running or last turn after one that the client has seen; all of them without one. */
  resume(tenantId: TenantId, owner: SessionOwner, after?: EventPosition): SessionReply<ReadableStream<Uint8Array>> {
    const current = this.#log.currentTurn;
    if (!this.#isMine(tenantId, owner) || current === undefined) return NOT_FOUND;
    // A later turn than the current one was never stored: the object died with its first events.
    if (after !== undefined && after.turn !== current) return { ok: false, code: "gone" };
    const running = [...this.#turns.keys()].find((turn) => turn.turn === current);
    const events = running ?? TurnBroadcast.replay(current, this.#log.events());
    const isKnown = after === undefined || after.index <= events.lastIndex;
    if (!isKnown) return { ok: false, code: "invalid_request" };
    return { ok: true, value: events.follow(after?.index) };
  }

  history(tenantId: TenantId, owner: SessionOwner, limit: number, cursor?: number): SessionReply<History> {
    if (!this.#isMine(tenantId, owner)) return NOT_FOUND;
    return { ok: true, value: { sessionId: owner.sessionId, ...this.#store.page(limit, cursor) } };
  }

  /**
   * Decides on a call that waits for a person, once: only its session's own principal can, and an administrator. When nothing
   * is left to decide, the turn goes on by itself, with the scopes that the principal has now. One that was read with labels
   * that its principal has lost is over.
   */
  decide(tenantId: TenantId, decision: CallDecision): SessionReply<DecidedCall> {
    const services = this.sessionServices(tenantId);
    const { record } = this.#store;
    if (services === undefined || record === undefined) return NOT_FOUND;
    const isOwn = record.principalId === decision.principal.id;
    const owner = { sessionId: decision.sessionId, principalId: record.principalId };
    if (!this.#isMine(tenantId, owner) || !(isOwn || hasScope(decision.principal, "admin"))) return NOT_FOUND;
    const waiting = this.#toolState.paused;
    if (isOwn && waiting !== undefined && hasLostLabels(waiting, decision.principal))
      this.#toolState.setPaused(undefined);
    const result = decideCall(this.#toolState.paused, decision, Date.now());
    if (result.outcome === "gone") return { ok: false, code: "gone" };
    const { callId, isApproved } = decision;
    if (!result.isComplete) {
      this.#toolState.setPaused(result.paused);
      return { ok: true, value: { callId, isApproved, isComplete: false } };
    }
    this.#toolState.setPaused(undefined);
    const paused = isOwn ? withPrincipal(result.paused, decision.principal) : result.paused;
    // Each model call of the turn reserves what it may cost.
    const admission = { models: services.models, headers: {}, release: () => undefined };
    this.#run(this.#newTurn(paused.input.graceMs), services, paused.input, { admission, paused });
    return { ok: true, value: { callId, isApproved, isComplete: true } };
  }

  /** Ends running turns and removes everything the session holds. */
  async remove(tenantId: TenantId, owner: SessionOwner): Promise<SessionReply<{ deleted: true }>> {
    if (!this.#isMine(tenantId, owner)) return NOT_FOUND;
    for (const turn of this.#turns.keys()) turn.cancel();
    await Promise.all(this.#turns.values());
    await this.#erase(tenantId, owner.sessionId);
    return { ok: true, value: { deleted: true } };
  }

  /** Retention: removes what is too old, and the session itself when nothing is left of it. */
  override async alarm(): Promise<void> {
    const { record } = this.#store;
    if (record === undefined || this.#turns.size > 0) return this.#scheduleRetention(record);
    const beforeMs = Date.now() - record.retention.maxAgeMs;
    const oldestMs = this.#store.removeOlderThan(beforeMs);
    if (oldestMs === undefined) return this.#erase(record.tenantId, record.sessionId);
    const services = this.sessionServices(record.tenantId);
    if (services !== undefined) this.#recordSummary(services, record.principalId);
    return this.#scheduleRetention(record, oldestMs);
  }

  async #startTurn(
    tenantId: TenantId,
    request: TurnRequest,
    follow: (turn: RunningTurn) => ReadableStream<Uint8Array>,
    isAnswered = false,
  ): Promise<TurnReply> {
    const services = this.sessionServices(tenantId, isAnswered);
    if (services === undefined || !this.#isMine(tenantId, request, { orUnclaimed: true })) {
      return { outcome: "not_found" };
    }
    const turn = this.#newTurn(request.graceMs);
    const claim = { tenantId, ...request };
    // Before anything is waited for: another principal that comes now is turned away.
    this.#store.claim(claim);
    this.#arriving++;
    let admission: TurnAdmission;
    try {
      admission = await turn.admit(tenantId, services, request, request.rate);
    } catch (error) {
      if (this.#arriving === 1 && this.#turns.size === 0) this.#store.unclaim();
      return refusal(error);
    } finally {
      this.#arriving--;
    }
    // Again: the session may have been removed while the quota was asked.
    this.#store.claim(claim);
    this.#run(turn, services, request, { admission });
    return { outcome: "started", events: follow(turn), headers: admission.headers };
  }

  #newTurn(graceMs: number): RunningTurn {
    return new RunningTurn({ store: this.#store, log: this.#log, toolState: this.#toolState }, graceMs);
  }

  /** Lets a turn run behind those before it. */
  #run(turn: RunningTurn, services: SessionServices, input: TurnInput, how: Omit<TurnRun, "before">): void {
    const ended = turn.run(services.tenantId, services, input, { ...how, before: this.#lastTurn }).finally(() => {
      this.#turns.delete(turn);
      this.#recordSummary(services, input.principalId);
    });
    this.#turns.set(turn, ended);
    this.#lastTurn = ended;
  }

  #isMine(tenantId: TenantId, { sessionId, principalId }: SessionOwner, { orUnclaimed = false } = {}): boolean {
    const name = sessionObjectName(tenantId, sessionId);
    if (!this.env.CHAT_SESSIONS.idFromName(name).equals(this.ctx.id)) return false;
    const { record } = this.#store;
    return record === undefined ? orUnclaimed : record.principalId === principalId;
  }

  async #scheduleRetention(record: SessionRecord | undefined, oldestMs: number = Date.now()): Promise<void> {
    if (record !== undefined) await this.ctx.storage.setAlarm(oldestMs + record.retention.maxAgeMs + 1);
  }

  #recordSummary(services: SessionServices, principalId: string): void {
    const { tenantId, index } = services;
    const written = this.#summaries.write(tenantId, principalId, index, () => this.#store.summary());
    this.ctx.waitUntil(
      written.catch((error: unknown) => {
        services.reportFailure(tenantId, "session-index", error);
      }),
    );
  }

  /** The line in the index goes first: if that fails, the alarm or the caller tries again with everything still here. */
  async #erase(tenantId: string, sessionId: string): Promise<void> {
    await this.#summaries.stop();
    const services = this.sessionServices(tenantId);
    await services?.index.remove(services.tenantId, sessionId);
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#tables.forget();
    this.#store.forget();
    this.#log.forget();
    this.#toolState.forget();
  }
}

const NOT_FOUND = { ok: false, code: "not_found" } as const;

/** Throws what is no refusal. */
function refusal(error: unknown): TurnReply {
  if (!(error instanceof PlatformError)) throw error;
  const { code, message, headers } = error;
  const rate = error instanceof RateLimitedError ? { rate: error.refusal } : {};
  return { outcome: "refused", code, message, headers, ...rate };
}
