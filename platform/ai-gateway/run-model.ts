import type { CallContext } from "#ai-gateway/model-client";
import type { TenantId } from "#tenancy/tenant-id";

/** One call of `env.AI.run` through a gateway. Resolves to the provider's response, whatever its status. */
export type RunModel = (
  tenantId: TenantId,
  call: {
    readonly model: string;
    readonly inputs: Record<string, unknown>;
    readonly context: CallContext;
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

/**
 * The only code that touches the `AI` binding. Every call names the tenant's gateway and asks for the raw response:
 * `env.AI.aiGatewayLogId` is one field shared by concurrent calls, the header `cf-aig-log-id` is the call's own.
 */
export function runThroughGateway(ai: Ai, gatewayId: string, cacheTtlSeconds = 0): RunModel {
  const cache = cacheTtlSeconds > 0 ? { cacheTtl: cacheTtlSeconds } : {};
  return (tenantId, { model, inputs, context, signal }) =>
    // The binding's types list the models of their day; a config may name any.
    ai.run(model as keyof AiModels, inputs as never, {
      gateway: { id: gatewayId, metadata: metadataOf(tenantId, context), ...cache },
      returnRawResponse: true,
      signal,
    });
}

/** AI Gateway keeps at most five entries (developers.cloudflare.com/ai-gateway/observability/custom-metadata): these are five. */
function metadataOf(
  tenantId: TenantId,
  { traceId, route, sessionId, principalId }: CallContext,
): Record<string, string> {
  return {
    tenant: tenantId,
    route,
    trace: traceId,
    ...(sessionId === undefined ? {} : { session: sessionId }),
    ...(principalId === undefined ? {} : { principal: principalId }),
  };
}
