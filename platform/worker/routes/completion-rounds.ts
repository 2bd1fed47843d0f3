import type { CallContext, ModelClient, TextPart, TextRequest, TextStream } from "#ai-gateway/model-client";
import { promptText } from "#ai-gateway/text-inputs";
import { guardRounds } from "#chat/guard-rounds";
import type { RequestContext } from "#http/request-context";
import { firstRequest, runToolRounds } from "#llm-tools/run-tool-rounds";
import type { RoundPart, ToolRounds } from "#llm-tools/tool-rounds";
import { contextTokensOf } from "#worker/context-tokens";
import { offeredTools } from "#worker/routes/turn-tools";
import type { Services } from "#worker/services";

/** An answer as OpenAI's clients get it. */
export type CompletionAnswer = Pick<TextStream, "model" | "batches">;

/**
 * Opens the answer to a completion. The model is offered the tenant's default tools besides the client's own: those run here
 * and their results are not seen, these are for the client. A tool that writes is not offered: nobody could approve it.
 * Resolves with the first token, so that a model that is down is an error and no answer.
 */
export async function openCompletion(
  context: RequestContext<Services>,
  models: ModelClient,
  request: TextRequest,
  call: CallContext,
): Promise<CompletionAnswer> {
  const { tenant, services, principal } = context;
  const names = offeredTools(context, request.model);
  if (names.length === 0) return models.streamText(tenant.tenantId, request, call);
  const host = services.tools(tenant);
  const rounds: ToolRounds = {
    host,
    offered: names.filter((name) => host.tools.get(name)?.effect === "reads"),
    models,
    request,
    principal,
    context: call,
    door: "completions",
    contextTokens: contextTokensOf(tenant, request.model),
    // What the client's own tools gave may come from anywhere.
    hasReadStoredText: request.messages.some(({ role }) => role === "tool"),
  };
  const opened = await models.streamText(tenant.tenantId, firstRequest(rounds), call);
  const parts = runToolRounds(tenant.tenantId, { ...rounds, opened });
  // What the client's own tools gave is the client's to judge.
  return { model: opened.model, batches: forClient(guardRounds(parts, promptText(request), false)) };
}

/** Without what concerns the platform's tools only. */
async function* forClient(batches: AsyncIterable<readonly RoundPart[]>): AsyncGenerator<readonly TextPart[]> {
  for await (const batch of batches) {
    const parts = batch.filter((part) => part.type !== "tool");
    if (parts.length > 0) yield parts;
  }
}
