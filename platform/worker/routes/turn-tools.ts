import { catalogEntry } from "#ai-gateway/model-catalog";
import { PlatformError } from "#base/errors";
import type { ChatRequest } from "#chat/chat-request";
import type { TurnTools } from "#chat/turn-tools";
import type { RequestContext } from "#http/request-context";
import { offerTools } from "#llm-tools/offer-tools";
import type { Services } from "#worker/services";

/**
 * What a turn may do with tools; `undefined` when there are none for it. Errors, for tools that the caller asks for:
 * `tool_not_found`, `tool_forbidden`, `forbidden` while the tenant's flag is off, `invalid_request` for a model without tools.
 */
export function toTurnTools(
  context: RequestContext<Services>,
  modelId: string,
  { tool, tools, arguments: given = {} }: Pick<ChatRequest, "tool" | "tools" | "arguments">,
): TurnTools | undefined {
  const isWanted = tool !== undefined || (tools !== undefined && tools.length > 0);
  if (isWanted && !context.tenant.featureFlags.tools)
    throw new PlatformError("forbidden", 'Tools cannot be used now: the flag "tools" is off.');
  const offered = offeredTools(context, modelId, tools);
  if (offered.length === 0 && tool === undefined) return undefined;
  return {
    offered,
    ...(tool === undefined ? {} : { named: { tool, arguments: given } }),
    principal: context.principal,
  };
}

/** Names of the tools that a model is offered: those wanted, or the tenant's default ones where the model takes any. */
export function offeredTools(
  { tenant, services, principal }: RequestContext<Services>,
  modelId: string,
  wanted?: readonly string[],
): readonly string[] {
  const isThere = tenant.featureFlags.tools && (wanted ?? tenant.tools.model.default).length > 0;
  if (!isThere) return [];
  const offered = offerTools(services.tools(tenant), principal, wanted);
  if (catalogEntry(modelId)?.hasTools !== false) return offered;
  if (wanted === undefined) return [];
  throw new PlatformError("invalid_request", `tools: the model "${modelId}" takes none. Choose another with modelId.`);
}
