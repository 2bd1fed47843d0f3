import { DurableObject } from "cloudflare:workers";

import type { ChatMessage } from "#ai-gateway/model-client";
import type { ErrorCode } from "#base/errors";
import type { History } from "#chat/chat-request";
import { runChatTurn, type TurnServices } from "#chat/run-chat-turn";
import { sessionObjectName } from "#chat/session-name";
import { SessionStore, type SessionOwner } from "#chat/session-store";
import { TurnBroadcast } from "#chat/turn-broadcast";
import type { TenantId } from "#tenancy/tenant-id";

/** How long a turn goes on without any reader before the model call is cancelled. */
const GRACE_MS = 30_000;

/** What the Worker hands to a session for one turn: settled values only, structured-clonable. */
export interface TurnRequest extends SessionOwner {
  readonly traceId: string;
  readonly modelId: string;
  readonly systemPrompt: string;
  readonly promptVersion: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly isGrounded: boolean;
  /** How many earlier messages the model sees. */
  readonly historyMessages: number;
}

/** An answer of the session object: errors cross the RPC boundary as values, since classes do not. */
export type SessionReply<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly code: ErrorCode };

/** The bindings a session needs to know its own name. */
export interface SessionEnv {
  readonly CHAT_SESSIONS: DurableObjectNamespace<SessionObject<SessionEnv>>;
}

interface RunningTurn {
  readonly broadcast: TurnBroadcast;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * One conversation of one tenant: a SQLite-backed Durable Object that runs its turns, one at a time.
 * The turn lives here and not in the request, so a client that leaves loses nothing.
 *
 * Each call names the tenant and the session; the object checks that both make up its own name, so a wrong caller
 * cannot reach it even with its id. A session answers only the principal that began it.
 */
export abstract class SessionObject<Env extends SessionEnv> extends DurableObject<Env> {
  readonly #store: SessionStore;
  /** Turns that run or wait, oldest first. */
  readonly #turns = new Set<RunningTurn>();

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#store = new SessionStore(context.storage.sql);
  }

  /** Adapters for a turn. The Worker, which knows them, implements this. */
  protected abstract turnServices(tenantId: TenantId): TurnServices;

  /** Begins a turn, after those that came before it, and answers with the stream of its events. */
  startTurn(tenantId: TenantId, request: TurnRequest): SessionReply<ReadableStream<Uint8Array>> {
    if (!this.#isOwnName(tenantId, request.sessionId) || !this.#isOwner(request, "or unclaimed"))
      return { ok: false, code: "not_found" };
    const services = this.turnServices(tenantId);
    this.#store.claim(request, services.clock.nowMs());
    const turn = this.#run(tenantId, services, request);
    return { ok: true, value: turn.broadcast.follow() };
  }

  history(tenantId: TenantId, owner: SessionOwner, limit: number, cursor?: number): SessionReply<History> {
    if (!this.#isOwnName(tenantId, owner.sessionId) || !this.#isOwner(owner)) return { ok: false, code: "not_found" };
    return { ok: true, value: { sessionId: owner.sessionId, ...this.#store.page(limit, cursor) } };
  }

  /** Ends running turns and removes everything the session holds. */
  async remove(tenantId: TenantId, owner: SessionOwner): Promise<SessionReply<{ deleted: true }>> {
    if (!this.#isOwnName(tenantId, owner.sessionId) || !this.#isOwner(owner)) return { ok: false, code: "not_found" };
    const turns = [...this.#turns];
    for (const turn of turns) turn.abort.abort();
    await Promise.all(turns.map((turn) => turn.done));
    await this.ctx.storage.deleteAll();
    this.#store.createTables();
    return { ok: true, value: { deleted: true } };
  }

  #isOwnName(tenantId: TenantId, sessionId: string): boolean {
    return this.env.CHAT_SESSIONS.idFromName(sessionObjectName(tenantId, sessionId)).equals(this.ctx.id);
  }

  #isOwner({ principalId }: SessionOwner, unclaimed?: "or unclaimed"): boolean {
    const owner = this.#store.owner();
    return owner === undefined ? unclaimed !== undefined : owner.principalId === principalId;
  }

  #run(tenantId: TenantId, services: TurnServices, request: TurnRequest): RunningTurn {
    const abort = new AbortController();
    let graceTimer: ReturnType<typeof setTimeout> | undefined;
    const broadcast = new TurnBroadcast((readers) => {
      if (graceTimer !== undefined) clearTimeout(graceTimer);
      if (readers === 0) graceTimer = setTimeout(() => abort.abort(), GRACE_MS);
    });
    const before = [...this.#turns].at(-1)?.done;
    const done = this.#pump(tenantId, services, request, { broadcast, signal: abort.signal, before }).finally(() => {
      if (graceTimer !== undefined) clearTimeout(graceTimer);
      this.#turns.delete(turn);
    });
    const turn: RunningTurn = { broadcast, abort, done };
    this.#turns.add(turn);
    return turn;
  }

  async #pump(
    tenantId: TenantId,
    services: TurnServices,
    request: TurnRequest,
    run: { broadcast: TurnBroadcast; signal: AbortSignal; before: Promise<void> | undefined },
  ): Promise<void> {
    await run.before;
    const { historyMessages, messages, ...settled } = request;
    const turn = { ...settled, messages, signal: run.signal, history: this.#store.latest(historyMessages) };
    try {
      const events = runChatTurn(tenantId, services, turn, ({ text, usage }) => {
        this.#store.append(
          [...messages, { role: "assistant", content: text, tokenCount: usage.tokensOut }],
          services.clock.nowMs(),
        );
      });
      for await (const event of events) run.broadcast.publish(event);
    } catch (error) {
      services.reportFailure(tenantId, request.traceId, error);
    } finally {
      run.broadcast.close();
    }
  }
}
