import { hasScope } from "#auth/principal";
import { PlatformError } from "#base/errors";
import * as z from "#base/zod";
import { sessionIdSchema } from "#chat/chat-request";
import { envelope } from "#http/envelope";
import { defineRoute } from "#http/route";
import type { Services } from "#worker/services";

/** `POST /chat/:sessionId/approvals/:callId`: a person decides on a call that a model wants and that changes something. */
export const decideCallRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/chat/:sessionId/approvals/:callId",
    aliases: ["/sessions/:sessionId/approvals/:callId"],
    operationId: "decideToolCall",
    summary:
      "Approve or deny a tool call that waits; the turn then goes on, its events come by GET /chat/:sessionId/events",
    tag: "chat",
    access: "any-key",
    flag: "tools",
    params: z.strictObject({
      sessionId: sessionIdSchema,
      callId: z.string().check(z.regex(/^call_[0-9a-f]{32}$/, { error: "must be the callId of a tool_call" })),
    }),
    body: z.strictObject({ decision: z.enum(["approve", "deny"]) }),
    response: z.object({
      callId: z.string(),
      decision: z.enum(["approve", "deny"]),
      status: z.enum(["resumed", "waiting"]).check(z.describe("waiting: other calls of the turn are still undecided.")),
    }),
  },
  async ({ services, tenant, principal, traceId }, { params, body }) => {
    if (!hasScope(principal, "chat") && !hasScope(principal, "admin"))
      throw new PlatformError("forbidden", 'The scope "chat" is missing.');
    const decision = { ...params, isApproved: body.decision === "approve", principal };
    const { isComplete } = await services.sessions.decide(tenant.tenantId, decision);
    const { callId } = params;
    return envelope(traceId, { callId, decision: body.decision, status: isComplete ? "resumed" : "waiting" });
  },
);
