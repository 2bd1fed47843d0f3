import { chooseChatModel } from "#ai-gateway/choose-model";
import type { TextRequest, TextStream } from "#ai-gateway/model-client";
import { toPlatformError } from "#base/errors";
import { eventStream } from "#http/event-stream";
import { openAiErrorBody } from "#http/problem";
import type { RequestContext } from "#http/request-context";
import { defineRoute } from "#http/route";
import { describeThrown } from "#observability/logger";
import { collectCompletion, completionSchema, newCompletionHead } from "#openai/completion";
import { completionRequestSchema } from "#openai/completion-request";
import { streamCompletion } from "#openai/stream-completion";
import { toTextRequest } from "#openai/to-text-request";
import type { Services } from "#worker/services";

/** `POST /v1/chat/completions`: one answer of a model, for OpenAI's clients. Nothing of it is stored. */
export const completionsRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/v1/chat/completions",
    operationId: "createChatCompletion",
    summary: "OpenAI-compatible chat completion: one JSON answer, or chunks with stream: true",
    tag: "openai",
    access: "chat",
    flag: "openaiApi",
    body: completionRequestSchema,
    bodyLimit: "standard",
    bareResponse: completionSchema,
    contentType: "text/event-stream",
  },
  async (context, { body }) => {
    const { tenant, services, route } = context;
    const model = chooseChatModel(tenant, {
      environment: services.environment,
      route,
      requested: body.model ?? undefined,
      tellsUnknown: true,
    });
    const leaving = new AbortController();
    const answer = await openAnswer(context, toTextRequest(model, body), leaving.signal);
    const head = newCompletionHead(answer.model, services.clock.nowMs());
    if (body.stream !== true) return Response.json(await collectCompletion(head, answer.batches));
    const includesUsage = body.stream_options?.include_usage === true;
    const describeFailure = (thrown: unknown) => noteBrokenAnswer(context, thrown);
    const onLeave = () => leaving.abort();
    return eventStream(streamCompletion(head, answer.batches, { includesUsage, describeFailure, onLeave }));
  },
);

/** The only place where this route spends: the client reserves what the call may cost, and settles at its end. */
function openAnswer(
  { tenant, services, traceId, route, principal, request }: RequestContext<Services>,
  textRequest: TextRequest,
  leaving: AbortSignal,
): Promise<TextStream> {
  const signal = AbortSignal.any([request.signal, leaving]);
  const callContext = { traceId, route, principalId: principal.id, signal };
  return services.models(tenant).streamText(tenant.tenantId, textRequest, callContext);
}

function noteBrokenAnswer(context: RequestContext<Services>, thrown: unknown): object {
  const error = toPlatformError(thrown);
  context.noteFailure();
  context.log.log("error", "completion_failed", { code: error.code, error: describeThrown(thrown) });
  return openAiErrorBody(error);
}
