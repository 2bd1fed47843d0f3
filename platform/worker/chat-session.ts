import { estimateTokens } from "#ai-gateway/estimate-tokens";
import { systemClock } from "#base/clock";
import { toPlatformError } from "#base/errors";
import { groundQuestion } from "#chat/ground-question";
import type { Turn, TurnAdmission } from "#chat/run-chat-turn";
import { SessionObject, type SessionServices } from "#chat/session-object";
import { turnPrompt } from "#chat/turn-prompt";
import { toolTokens } from "#chat/turn-tools";
import type { ToolHost } from "#llm-tools/run-tool";
import { describeThrown } from "#observability/logger";
import { DEFAULT_SOURCE_TOKENS, GROUNDING_INSTRUCTIONS } from "#rag/build-prompt";
import { ragSettings } from "#rag/rag-services";
import type { RateDemand } from "#limits/quota-message";
import type { TenantId } from "#tenancy/tenant-id";
import type { BudgetedModels } from "#worker/budgeted-models";
import { composeTenant } from "#worker/compose-services";
import { composeTools } from "#worker/compose-tools";
import { contextTokensOf } from "#worker/context-tokens";
import type { WorkerEnv } from "#worker/env";
import type { Isolate } from "#worker/isolate";

/** The Durable Object class of a Worker's sessions: the session of the chat package with this Worker's adapters. */
export type ChatSessionClass = new (context: DurableObjectState, env: WorkerEnv) => SessionObject<WorkerEnv>;

/** Binds the class to the tenants of the bundle. A tenant that the bundle does not hold gets no turn. */
export function defineChatSession(isolateOf: (env: WorkerEnv) => Isolate): ChatSessionClass {
  return class ChatSession extends SessionObject<WorkerEnv> {
    protected override sessionServices(id: string, isAnswered = false): SessionServices | undefined {
      const isolate = isolateOf(this.env);
      const { environment, log } = isolate;
      const tenant = isolate.directory.byId(id);
      if (tenant === undefined) return undefined;
      const { models, knowledge, sessionIndex } = composeTenant(this.env, tenant, isolate);
      const tools = (): ToolHost => composeTools(this.env, tenant, { ...isolate, knowledge });
      const contextTokens = (modelId: string): number => contextTokensOf(tenant, modelId);
      return {
        tenantId: tenant.tenantId,
        contextTokens,
        admit: (tenantId, turn, rate) => admitTurn(tenantId, models, turn, { rate, contextTokens, tools }),
        models,
        tools,
        index: sessionIndex,
        clock: systemClock,
        ground: (tenantId, { question, acl }, context) =>
          groundQuestion(
            tenantId,
            knowledge,
            { settings: ragSettings(tenant, { environment, route: "/chat" }), context, acl },
            question,
          ),
        reportFailure: (tenantId, traceId, error) => {
          const { code } = toPlatformError(error);
          log.log("error", "turn_failed", { tenantId, traceId, code, isAnswered, error: describeThrown(error) });
        },
      };
    }
  };
}

/** Reserves for a turn by its prompt as it is now. Sources and results of tools, which are not there yet, count with the most they can be. */
function admitTurn(
  tenantId: TenantId,
  models: BudgetedModels,
  { modelId, systemPrompt, history, messages, maxTokens, isGrounded, tools, ...caller }: Turn,
  at: { rate: readonly RateDemand[]; contextTokens: (modelId: string) => number; tools: () => ToolHost },
): Promise<TurnAdmission> {
  const contextTokens = at.contextTokens(modelId);
  const sourceTokens = isGrounded ? estimateTokens(GROUNDING_INSTRUCTIONS) + DEFAULT_SOURCE_TOKENS : 0;
  const moreTokens = sourceTokens + (tools === undefined ? 0 : toolTokens(at.tools(), tools, contextTokens));
  const limit = maxTokens === undefined ? {} : { maxTokens };
  const prompt = turnPrompt({ system: systemPrompt, history, messages, ...limit }, contextTokens - moreTokens);
  const request = { model: modelId, messages: prompt, ...limit };
  return models.admitText(tenantId, request, { ...caller, route: "/chat" }, { moreTokens, rate: at.rate });
}
