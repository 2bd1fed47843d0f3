import { chooseChatModel } from "#ai-gateway/choose-model";
import {
  chatRequestSchema,
  chatResponseSchema,
  eventsQuerySchema,
  historyQuerySchema,
  historyResponseSchema,
  sessionIdSchema,
  sessionListQuerySchema,
  sessionListResponseSchema,
  type ChatRequest,
} from "#chat/chat-request";
import { parseEventId } from "#chat/event-id";
import type { TurnRequest } from "#chat/session-object";
import { hasScope } from "#auth/principal";
import { PlatformError } from "#base/errors";
import { envelope } from "#http/envelope";
import { eventStream } from "#http/event-stream";
import type { RequestContext } from "#http/request-context";
import { parseInput } from "#http/read-input";
import { defineRoute } from "#http/route";
import { knownFields } from "#worker/routes/known-fields";
import { toTurnTools } from "#worker/routes/turn-tools";
import type { Services } from "#worker/services";
import * as z from "#base/zod";

/** What `/api/chat` takes; other fields, which older clients send, it leaves aside. */
const CHAT_FIELDS = Object.keys(chatRequestSchema.shape);
const DAY_MS = 86_400_000;

const sessionParams = z.strictObject({ sessionId: sessionIdSchema });

/** `POST /chat`: one turn of a session, as server-sent events or as one JSON answer. */
export const chatRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/chat",
    aliases: ["/api/chat"],
    operationId: "chat",
    summary: "One turn of a conversation: streamed as server-sent events, or one JSON answer with stream: false",
    tag: "chat",
    access: "chat",
    body: chatRequestSchema,
    parseBody: (value, { url }) =>
      parseInput(chatRequestSchema, new URL(url).pathname === "/chat" ? value : knownFields(value, CHAT_FIELDS), ""),
    bodyLimit: "standard",
    countsItself: true,
    response: chatResponseSchema,
    contentType: "text/event-stream",
  },
  async (context, { body }) => {
    const turn = await toTurnRequest(context, body);
    const { count, tenant, traceId } = context;
    const { sessions } = context.services;
    const headers = { "x-session-id": turn.sessionId };
    if (body.stream) return eventStream(await sessions.startTurn(tenant.tenantId, turn, count), headers);
    return envelope(traceId, await sessions.answerTurn(tenant.tenantId, turn, count), { headers });
  },
);

/** `GET /chat/:sessionId/history`: the messages of one's own session, oldest first. */
export const historyRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/chat/:sessionId/history",
    aliases: ["/sessions/:sessionId/history"],
    operationId: "getHistory",
    summary: "Messages of a session, oldest first",
    tag: "chat",
    access: "chat",
    params: sessionParams,
    query: historyQuerySchema,
    response: historyResponseSchema,
  },
  async ({ services, tenant, principal, traceId }, { params, query }) => {
    const owner = { sessionId: params.sessionId, principalId: principal.id };
    const cursor = query.cursor === undefined ? undefined : Number(query.cursor);
    return envelope(traceId, await services.sessions.history(tenant.tenantId, owner, query.limit, cursor));
  },
);

/** `GET /chat`: the principal's own sessions, latest change first. */
export const listSessionsRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/chat",
    aliases: ["/sessions"],
    operationId: "listSessions",
    summary: "One's own sessions, latest change first",
    tag: "chat",
    access: "chat",
    query: sessionListQuerySchema,
    response: sessionListResponseSchema,
  },
  async ({ services, tenant, principal, traceId }, { query: { limit, cursor } }) => {
    const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
    const { sessions, ...rest } = await services.sessionIndex.list(tenant.tenantId, principal.id, page);
    const shown = sessions.map(({ sessionId, title, messageCount, createdAtMs, updatedAtMs }) => ({
      sessionId,
      title,
      messageCount,
      createdAt: new Date(createdAtMs).toISOString(),
      updatedAt: new Date(updatedAtMs).toISOString(),
    }));
    return envelope(traceId, { sessions: shown, ...rest });
  },
);

/** `GET /chat/:sessionId/events`: goes on where a dropped stream ended, without gap or repeat. */
export const resumeRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/chat/:sessionId/events",
    aliases: ["/sessions/:sessionId/events"],
    operationId: "resumeTurn",
    summary: "The events of the running or last turn after the one named by Last-Event-ID or ?after=",
    tag: "chat",
    access: "chat",
    params: sessionParams,
    query: eventsQuerySchema,
    contentType: "text/event-stream",
  },
  async ({ services, tenant, principal, request }, { params, query }) => {
    const owner = { sessionId: params.sessionId, principalId: principal.id };
    const seen = request.headers.get("last-event-id") ?? query.after;
    const after = seen === undefined ? undefined : parseEventId(seen);
    if (seen !== undefined && after === undefined) {
      throw new PlatformError("invalid_request", "Last-Event-ID must be the id of an event of this session.");
    }
    const events = await services.sessions.resume(tenant.tenantId, owner, after);
    return eventStream(events, { "x-session-id": params.sessionId });
  },
);

/** `DELETE /chat/:sessionId`: ends a running turn and removes the session with all its messages. */
export const deleteSessionRoute = defineRoute<Services>()(
  {
    method: "DELETE",
    path: "/chat/:sessionId",
    aliases: ["/sessions/:sessionId"],
    operationId: "deleteSession",
    summary: "Remove a session and all its messages",
    tag: "chat",
    access: "chat",
    params: sessionParams,
    response: z.object({ deleted: z.literal(true) }),
  },
  async ({ services, tenant, principal, traceId }, { params }) => {
    const owner = { sessionId: params.sessionId, principalId: principal.id };
    return envelope(traceId, await services.sessions.remove(tenant.tenantId, owner));
  },
);

async function toTurnRequest(context: RequestContext<Services>, body: ChatRequest): Promise<Omit<TurnRequest, "rate">> {
  const { tenant, principal, services, traceId } = context;
  const messages = body.messages ?? [{ role: "user" as const, content: body.message ?? "" }];
  if (messages.some((message) => message.role === "system") && !hasScope(principal, "admin")) {
    throw new PlatformError("forbidden", 'A message with role "system" needs the scope "admin".');
  }
  if (body.rag && !hasScope(principal, "search")) {
    throw new PlatformError("forbidden", 'rag: true reads the documents: it needs the scope "search".');
  }
  const { system: prompt } = (await services.settings.current(tenant.tenantId)).prompts;
  context.noteFields({
    promptVersion: prompt.version,
    session: body.sessionId === undefined ? "new" : "continued",
  });
  const choice = { environment: services.environment, route: "/chat", requested: body.modelId };
  const modelId = chooseChatModel(tenant, choice);
  const tools = toTurnTools(context, modelId, body);
  return {
    sessionId: body.sessionId ?? crypto.randomUUID(),
    principalId: principal.id,
    acl: principal.acl,
    traceId,
    modelId,
    systemPrompt: prompt.text,
    promptVersion: prompt.version,
    messages,
    ...(body.temperature === undefined ? {} : { temperature: body.temperature }),
    ...(body.maxTokens === undefined ? {} : { maxTokens: body.maxTokens }),
    isGrounded: body.rag,
    ...(tools === undefined ? {} : { tools }),
    historyMessages: tenant.sessions.historyMessages,
    graceMs: tenant.sessions.resumeGraceSeconds * 1_000,
    retention: { maxAgeMs: tenant.sessions.retentionDays * DAY_MS, maxMessages: tenant.sessions.maxMessages },
  };
}
