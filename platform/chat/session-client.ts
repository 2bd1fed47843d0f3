import { type ErrorCode, PlatformError } from "#base/errors";
import type { ChatResponse, History } from "#chat/chat-request";
import type { TurnAnswer } from "#chat/collect-turn";
import type { EventPosition } from "#chat/event-id";
import { sessionObjectName } from "#chat/session-name";
import type { CallDecision } from "#chat/paused-turn";
import type { DecidedCall, SessionEnv, SessionReply, TurnReply, TurnRequest } from "#chat/session-object";
import type { SessionOwner } from "#chat/session-store";
import type { RequestCount } from "#limits/request-count";
import type { TenantId } from "#tenancy/tenant-id";

/** A turn as a request wants it. In what the request is to be counted, its count says. */
export type WantedTurn = Omit<TurnRequest, "rate">;

/**
 * A tenant's sessions, seen from the Worker. A session that is unknown or somebody else's is `not_found`. A turn is let in
 * by the session, which counts the request in the same step: `rate_limited` and `budget_exceeded` come before any event.
 */
export interface SessionClient {
  /** Begins a turn; resolves with the stream of its events. */
  startTurn(tenantId: TenantId, turn: WantedTurn, count: RequestCount): Promise<ReadableStream<Uint8Array>>;
  /** Runs a turn to its end. Errors besides: the one that the turn ended with. */
  answerTurn(tenantId: TenantId, turn: WantedTurn, count: RequestCount): Promise<ChatResponse>;
  /** Errors besides: `gone` for an event of another turn than the last, `invalid_request` for one that never was. */
  resume(tenantId: TenantId, owner: SessionOwner, after?: EventPosition): Promise<ReadableStream<Uint8Array>>;
  /** Decides on a call that waits for a person. Errors besides: `gone` when it does not wait (any more). */
  decide(tenantId: TenantId, decision: CallDecision): Promise<DecidedCall>;
  history(tenantId: TenantId, owner: SessionOwner, limit: number, cursor?: number): Promise<History>;
  remove(tenantId: TenantId, owner: SessionOwner): Promise<{ deleted: true }>;
}

/** Reaches session objects by the name that `sessionObjectName` gives, never by an id from a request. */
export function sessionClient(sessions: SessionEnv["CHAT_SESSIONS"]): SessionClient {
  const session = (tenantId: TenantId, sessionId: string) => sessions.getByName(sessionObjectName(tenantId, sessionId));
  return {
    startTurn: async (tenantId, turn, count) => {
      const request = { ...turn, rate: count.demands };
      return eventsOf(await session(tenantId, turn.sessionId).startTurn(tenantId, request), count);
    },
    answerTurn: async (tenantId, turn, count) => {
      const request = { ...turn, rate: count.demands };
      return readAnswer(eventsOf(await session(tenantId, turn.sessionId).answerTurn(tenantId, request), count));
    },
    resume: async (tenantId, owner, after) =>
      unwrap(await session(tenantId, owner.sessionId).resume(tenantId, owner, after)),
    async decide(tenantId, decision) {
      const reply = await session(tenantId, decision.sessionId).decide(tenantId, decision);
      if (reply.ok || reply.code !== "gone") return unwrap(reply);
      throw new PlatformError(
        "gone",
        "This call waits for nobody: it was decided, it expired, its key has lost labels since, or it never was.",
      );
    },
    history: async (tenantId, owner, limit, cursor) =>
      unwrap(await session(tenantId, owner.sessionId).history(tenantId, owner, limit, cursor)),
    remove: async (tenantId, owner) => unwrap(await session(tenantId, owner.sessionId).remove(tenantId, owner)),
  };
}

/** The events of a turn that was let in. Whatever was decided of the request's count is told to it. */
function eventsOf(reply: TurnReply, count: RequestCount): ReadableStream<Uint8Array> {
  const isOpen = count.demands.length > 0;
  switch (reply.outcome) {
    case "started":
      if (isOpen) count.decided(reply.headers);
      return reply.events;
    case "refused":
      if (reply.rate !== undefined) count.refused(reply.rate);
      else count.decided();
      throw new PlatformError(reply.code, reply.message, { headers: reply.headers });
    case "not_found":
      throw new PlatformError("not_found", MESSAGES.get("not_found"));
  }
}

/** The chunk that `answerTurn` of the object gives. */
async function readAnswer(stream: ReadableStream<Uint8Array>): Promise<ChatResponse> {
  const answer = await new Response(stream).json<TurnAnswer>();
  if (answer.ok) return answer.value;
  throw new PlatformError(answer.code, answer.message);
}

function unwrap<Value>(reply: SessionReply<Value>): Value {
  if (reply.ok) return reply.value;
  throw new PlatformError(reply.code, MESSAGES.get(reply.code));
}

const MESSAGES: ReadonlyMap<ErrorCode, string> = new Map([
  ["not_found", "There is no such session."],
  ["gone", "The turn of that event is not kept any more. Read the history instead."],
  ["invalid_request", "There is no such event in this session."],
]);
