import * as z from "#base/zod";

import { workersAiClient } from "#ai-gateway/workers-ai-client";
import { toPlatformError } from "#base/errors";
import { forwardVectorize } from "#storage/testing/forward-vectorize";
import { aiSchema } from "#tenancy/ai-config";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

interface RagWorkerEnv {
  readonly VECTORS: Vectorize;
  readonly AI: Ai;
}

const context = { traceId: "trace-1", route: "/search" };
const embedCall = z.object({ tenantId: tenantIdSchema, model: z.string(), texts: z.array(z.string()) });
const rerankCall = z.object({
  tenantId: tenantIdSchema,
  model: z.string(),
  query: z.string(),
  texts: z.array(z.string()),
});
const textCall = z.object({
  tenantId: tenantIdSchema,
  model: z.string(),
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })),
});

/** Holds the bindings that node cannot reach, or only slowly: `/vectorize`, `/embed`, `/rerank`, and `/text`, which answers a line of JSON per part. */
export default {
  async fetch(request, env) {
    const path = new URL(request.url).pathname;
    if (path === "/vectorize") return forwardVectorize(env.VECTORS, request);
    const models = workersAiClient(env.AI, { gatewayId: "test-gateway", ai: aiSchema.parse({}) });
    try {
      const body: unknown = await request.json();
      if (path === "/embed") {
        const { tenantId, ...call } = embedCall.parse(body);
        return Response.json(await models.embed(tenantId, call, context));
      }
      if (path === "/rerank") {
        const { tenantId, ...call } = rerankCall.parse(body);
        return Response.json(await models.rerank(tenantId, call, context));
      }
      const { tenantId, ...call } = textCall.parse(body);
      const lines: string[] = [];
      for await (const part of (await models.streamText(tenantId, call, context)).parts)
        lines.push(JSON.stringify(part));
      return new Response(lines.join("\n"));
    } catch (error) {
      const { code, message } = toPlatformError(error);
      return Response.json({ code, message }, { status: 500 });
    }
  },
} satisfies ExportedHandler<RagWorkerEnv>;
