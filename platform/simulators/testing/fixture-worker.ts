/**
 * A Worker that does with its bindings what a test tells it to, so that tests reach the simulators through the
 * runtime's real classes. Failures come back as `{error: {name, message}}` with status 500.
 */
import { DurableObject } from "cloudflare:workers";

export interface FixtureEnv {
  readonly NAME?: string;
  readonly AI: Ai;
  readonly VECTORIZE: Vectorize;
  readonly METRICS: AnalyticsEngineDataset;
  readonly KV: KVNamespace;
  readonly COUNTERS: DurableObjectNamespace<Counter>;
}

type Handler = (body: never, request: Request, env: FixtureEnv) => Promise<Response> | Response;

interface RunBody {
  readonly model: string;
  readonly inputs: Record<string, unknown>;
  readonly options?: Record<string, unknown>;
}

/** Counts in storage and in memory, so that a test can tell an eviction from a loss. */
export class Counter extends DurableObject {
  #inMemory = 0;

  async increment(): Promise<{ stored: number; inMemory: number }> {
    const stored = ((await this.ctx.storage.get<number>("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", stored);
    this.#inMemory += 1;
    return { stored, inMemory: this.#inMemory };
  }
}

const routes: Record<string, Handler> = {
  "/host": (_body, request, env) => Response.json({ host: new URL(request.url).host, name: env.NAME ?? null }),
  "/count": async (_body, _request, env) => Response.json(await env.COUNTERS.getByName("one").increment()),
  "/cache": async (body: { key: string; value?: string }) => {
    const key = `https://cache.example/${body.key}`;
    if (body.value !== undefined) {
      await caches.default.put(key, new Response(body.value, { headers: { "cache-control": "max-age=60" } }));
    }
    return Response.json({ value: (await (await caches.default.match(key))?.text()) ?? null });
  },
  "/outbound": async (body: { url: string }) => fetch(body.url),
  "/log": (body: { line: string }) => {
    console.warn(body.line);
    return new Response(null, { status: 204 });
  },

  /** The value that `run` resolves to, or the stream it gives. */
  "/run": async (body: RunBody, _request, env) => {
    const value: unknown = await env.AI.run(
      body.model as keyof AiModels,
      body.inputs as never,
      body.options as AiOptions,
    );
    if (value instanceof ReadableStream)
      return new Response(value, { headers: { "content-type": "text/event-stream" } });
    return Response.json({ value, logId: env.AI.aiGatewayLogId });
  },
  /** The raw response of `run`. */
  "/run-raw": async (body: RunBody, _request, env) => {
    const options = { ...body.options, returnRawResponse: true } as AiOptions & { returnRawResponse: true };
    return env.AI.run(body.model as keyof AiModels, body.inputs as never, options);
  },
  /** Starts a stream, gives up on it after some chunks, and says how many it read. */
  "/run-and-cancel": async (body: RunBody & { chunks: number }, _request, env) => {
    const stream = (await env.AI.run(
      body.model as keyof AiModels,
      body.inputs as never,
    )) as unknown as ReadableStream<Uint8Array>;
    const reader = stream.getReader();
    for (let read = 0; read < body.chunks; read += 1) await reader.read();
    await reader.cancel();
    return Response.json({ read: body.chunks });
  },
  "/gateway-log": async (body: { gateway: string; id: string; patch?: UniversalGatewayPatch }, _request, env) => {
    const gateway = env.AI.gateway(body.gateway);
    if (body.patch !== undefined) await gateway.patchLog(body.id, body.patch);
    return Response.json(await gateway.getLog(body.id));
  },
  "/vectorize": async (body: { operation: keyof Vectorize; arguments: unknown[] }, _request, env) => {
    const call = env.VECTORIZE[body.operation].bind(env.VECTORIZE) as (...given: unknown[]) => Promise<unknown>;
    return Response.json(await call(...body.arguments));
  },
  "/metrics": (body: { points: AnalyticsEngineDataPoint[] }, _request, env) => {
    for (const point of body.points) env.METRICS.writeDataPoint(point);
    return new Response(null, { status: 204 });
  },
};

type UniversalGatewayPatch = Record<string, unknown>;

export default {
  async fetch(request, env): Promise<Response> {
    const handler = routes[new URL(request.url).pathname];
    if (handler === undefined) return new Response("no such route", { status: 404 });
    const text = await request.text();
    try {
      return await handler((text === "" ? {} : JSON.parse(text)) as never, request, env);
    } catch (error) {
      const { name, message } = error as Error;
      return Response.json({ error: { name, message } }, { status: 500 });
    }
  },
  async scheduled(controller, env): Promise<void> {
    await env.KV.put("scheduled", controller.cron);
  },
} satisfies ExportedHandler<FixtureEnv>;
