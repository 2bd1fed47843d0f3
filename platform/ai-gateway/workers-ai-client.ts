import * as z from "zod";

import type {
  CallContext,
  Embeddings,
  EmbedRequest,
  ModelClient,
  TextRequest,
  TextStream,
} from "#ai-gateway/model-client";
import { parseModelStream } from "#ai-gateway/parse-model-stream";
import { PlatformError } from "#base/errors";
import type { TenantId } from "#tenancy/tenant-id";

/** Texts Workers AI embeds in one call (developers.cloudflare.com/workers-ai/models/bge-base-en-v1.5). */
const MAX_EMBED_BATCH = 100;

const embeddingsSchema = z.object({ data: z.array(z.array(z.number()).min(1)) });

/** The part of `env.AI` that is used here: every call with a raw response, so that its own log id can be read. */
type RunModel = (
  model: string,
  inputs: Record<string, unknown>,
  options: AiOptions & { returnRawResponse: true },
) => Promise<Response>;

/**
 * Models through Workers AI and the tenant's AI Gateway. The only code that touches the `AI` binding.
 * `gatewayId` is the tenant's own gateway: logs, caches and limits of two tenants are apart.
 *
 * The log id is read from the raw response: `env.AI.aiGatewayLogId` is one field shared by concurrent calls.
 */
export function workersAiClient(ai: Ai, gatewayId: string): ModelClient {
  const run: RunModel = (model, inputs, options) => ai.run(model as keyof AiModels, inputs as never, options);

  async function call(
    tenantId: TenantId,
    model: string,
    inputs: Record<string, unknown>,
    context: CallContext,
  ): Promise<Response> {
    const gateway = { id: gatewayId, metadata: metadataOf(tenantId, context) };
    const signal = context.signal === undefined ? {} : { signal: context.signal };
    let response: Response;
    try {
      response = await run(model, inputs, { gateway, returnRawResponse: true, ...signal });
    } catch (error) {
      throw new PlatformError("model_unavailable", undefined, { cause: error });
    }
    if (response.ok) return response;
    throw await refusal(model, response);
  }

  return {
    async streamText(tenantId, request, context): Promise<TextStream> {
      const response = await call(tenantId, request.model, textInputs(request), context);
      if (response.body === null)
        throw new PlatformError("model_unavailable", undefined, { cause: new Error("an answer without a body") });
      return {
        model: request.model,
        logId: response.headers.get("cf-aig-log-id") ?? undefined,
        parts: parseModelStream(response.body, request.messages.map((message) => message.content).join("\n")),
      };
    },

    async embed(tenantId, request, context): Promise<Embeddings> {
      const vectors: number[][] = [];
      for (const texts of batchesOf(request)) {
        const response = await call(tenantId, request.model, { text: texts }, context);
        vectors.push(...(await readVectors(response, texts.length)));
      }
      return { model: request.model, dimensions: vectors[0]?.length ?? 0, vectors };
    },
  };
}

/** AI Gateway keeps at most five entries (developers.cloudflare.com/ai-gateway/observability/custom-metadata). */
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

/** `stream` belongs into the model's inputs: as an option it is ignored. */
function textInputs({ messages, temperature, maxTokens }: TextRequest): Record<string, unknown> {
  return {
    messages,
    stream: true,
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  };
}

function batchesOf({ texts }: EmbedRequest): (readonly string[])[] {
  return Array.from({ length: Math.ceil(texts.length / MAX_EMBED_BATCH) }, (_, index) =>
    texts.slice(index * MAX_EMBED_BATCH, (index + 1) * MAX_EMBED_BATCH),
  );
}

async function readVectors(response: Response, expected: number): Promise<number[][]> {
  const parsed = embeddingsSchema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success && parsed.data.data.length === expected) return parsed.data.data;
  throw new PlatformError("model_unavailable", undefined, { cause: new Error(`expected ${expected} embeddings`) });
}

/** A request the provider will never take is our caller's or our own fault; everything else may work later or elsewhere. */
async function refusal(model: string, response: Response): Promise<PlatformError> {
  const text = await response.text().catch(() => "");
  const cause = new Error(`${model} answered ${response.status}: ${text.slice(0, 300)}`);
  const isRejected = response.status === 400 || response.status === 413 || response.status === 422;
  return new PlatformError(isRejected ? "upstream_rejected" : "model_unavailable", undefined, { cause });
}
