import { chooseChatModel } from "#ai-gateway/choose-model";
import type { TextRequest } from "#ai-gateway/model-client";
import { toPlatformError } from "#base/errors";
import { eventStream } from "#http/event-stream";
import { openAiErrorBody } from "#http/problem";
import type { RequestContext } from "#http/request-context";
import { defineRoute } from "#http/route";
import { describeThrown } from "#observability/logger";
import { collectCompletion, type CompletionHead, completionSchema, newCompletionHead } from "#openai/completion";
import { completionRequestSchema } from "#openai/completion-request";
import { streamCompletion } from "#openai/stream-completion";
import { toTextRequest } from "#openai/to-text-request";
import { type CompletionAnswer, openCompletion } from "#worker/routes/completion-rounds";
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
    countsItself: true,
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
    const textRequest = toTextRequest(model, body);
    if (body.stream !== true) {
      const completion = completeWhole(context, { ...textRequest, isWhole: true });
      // What a model says in one piece is paid for in one piece, also when the client has left: it is settled as it ends.
      context.waitUntil(completion.catch(() => undefined));
      return Response.json(await completion);
    }
    const leaving = new AbortController();
    const signal = AbortSignal.any([context.request.signal, leaving.signal]);
    const answer = await openAnswer(context, textRequest, signal);
    const includesUsage = body.stream_options?.include_usage === true;
    const describeFailure = (thrown: unknown) => noteBrokenAnswer(context, thrown);
    const onLeave = () => leaving.abort();
    const options = { includesUsage, describeFailure, onLeave };
    return eventStream(await streamCompletion(headOf(context, answer), answer.batches, options));
  },
);

async function completeWhole(context: RequestContext<Services>, request: TextRequest): Promise<object> {
  const answer = await openAnswer(context, request);
  return collectCompletion(headOf(context, answer), answer.batches);
}

/** The only place where this route spends: the client reserves what each call may cost, and settles at its end. */
function openAnswer(
  context: RequestContext<Services>,
  textRequest: TextRequest,
  signal?: AbortSignal,
): Promise<CompletionAnswer> {
  const { tenant, services, traceId, route, principal, count } = context;
  const call = { traceId, route, principalId: principal.id, ...(signal && { signal }) };
  return openCompletion(context, services.models(tenant, count), textRequest, call);
}

function headOf({ services }: RequestContext<Services>, { model }: CompletionAnswer): CompletionHead {
  return newCompletionHead(model, services.clock.nowMs());
}

function noteBrokenAnswer(context: RequestContext<Services>, thrown: unknown): object {
  const error = toPlatformError(thrown);
  context.noteFailure();
  context.log.log("error", "completion_failed", {
    route: context.route,
    code: error.code,
    error: describeThrown(thrown),
  });
  return openAiErrorBody(error);
}
