import * as z from "#base/zod";

import { CircuitBreakers } from "#ai-gateway/circuit-breaker";
import type { ModelCallRecord } from "#ai-gateway/model-call-record";
import { workersAiClient } from "#ai-gateway/workers-ai-client";
import { toPlatformError } from "#base/errors";
import { aiSchema } from "#tenancy/ai-config";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import type { GatewayReply, PlayedPart } from "./gateway-call.js";

interface GatewayWorkerEnv {
  readonly AI: Ai;
}

const context = z.object({
  traceId: z.string(),
  route: z.string(),
  sessionId: z.optional(z.string()),
  principalId: z.optional(z.string()),
});
const callSchema = z.object({
  tenantId: tenantIdSchema,
  context,
  ai: z.prefault(aiSchema, {}),
  /** Calls with the same name share circuit breakers, as those of one isolate do. */
  isolate: z.optional(z.string()),
  text: z.optional(z.looseObject({ model: z.string() })),
  embed: z.optional(z.object({ model: z.string(), texts: z.array(z.string()) })),
  rerank: z.optional(z.object({ model: z.string(), query: z.string(), texts: z.array(z.string()) })),
  /** Aborts the caller's signal after so many parts, or so many milliseconds when nothing has come. */
  abortAfterParts: z.optional(z.int()),
  abortAfterMs: z.optional(z.int()),
  /** Leaves the loop after so many parts. */
  leaveAfterParts: z.optional(z.int()),
  /** Waits before it reads each part, as a slow client makes it. */
  readDelayMs: z._default(z.int(), 0),
});
type GatewayCall = z.output<typeof callSchema>;

const breakersByIsolate = new Map<string, CircuitBreakers>();

/** Calls the model client as a test says, and tells all that came of it. */
export default {
  async fetch(request, env) {
    const call = callSchema.parse(await request.json());
    const records: ModelCallRecord[] = [];
    const reply: GatewayReply = { parts: [], records };
    try {
      await play(env, call, reply, records);
    } catch (error) {
      reply.error = describe(error);
    }
    return Response.json(reply);
  },
} satisfies ExportedHandler<GatewayWorkerEnv>;

async function play(
  env: GatewayWorkerEnv,
  call: GatewayCall,
  reply: GatewayReply,
  records: ModelCallRecord[],
): Promise<void> {
  const abort = new AbortController();
  const models = workersAiClient(env.AI, {
    gatewayId: `${call.tenantId}-gateway`,
    ai: call.ai,
    breakers: breakersOf(call.isolate),
    onCall: (record) => records.push(record),
  });
  const callContext = { ...call.context, signal: abort.signal } as Parameters<typeof models.embed>[2];
  if (call.abortAfterMs !== undefined) setTimeout(() => abort.abort(new Error("the caller left")), call.abortAfterMs);
  if (call.embed !== undefined) {
    const { vectors, ...rest } = await models.embed(call.tenantId, call.embed, callContext);
    reply.embeddings = { ...rest, count: vectors.length, lengths: [...new Set(vectors.map(({ length }) => length))] };
    return;
  }
  if (call.rerank !== undefined) {
    reply.reranking = await models.rerank(call.tenantId, call.rerank, callContext);
    return;
  }
  const startedMs = Date.now();
  const stream = await models.streamText(call.tenantId, call.text as never, callContext);
  reply.model = stream.model;
  reply.logId = stream.logId;
  reply.resolvedAfterMs = Date.now() - startedMs;
  for await (const part of stream.parts) {
    if (call.readDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, call.readDelayMs));
    reply.parts.push(part satisfies PlayedPart);
    if (reply.parts.length === call.abortAfterParts) abort.abort(new Error("the caller left"));
    if (reply.parts.length === call.leaveAfterParts) break;
  }
}

function breakersOf(isolate: string | undefined): CircuitBreakers {
  const breakers = (isolate === undefined ? undefined : breakersByIsolate.get(isolate)) ?? new CircuitBreakers();
  if (isolate !== undefined) breakersByIsolate.set(isolate, breakers);
  return breakers;
}

function describe(error: unknown): NonNullable<GatewayReply["error"]> {
  const { code, message, headers } = toPlatformError(error);
  const thrown = error instanceof Error ? error.message : String(error);
  return { code, message: code === "internal" ? thrown : message, headers };
}
