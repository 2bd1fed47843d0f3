/**
 * Through this Worker the process that started the runtime reaches the simulators, and what is stored behind the Workers'
 * bindings. Its host name is a secret of that process.
 */
import type { StorageRequest } from "#simulators/contract/storage-messages";
import { forwardD1 } from "./forward-d1.js";
import { forwardKv } from "./forward-kv.js";

interface ControlEnv {
  readonly SIMULATORS: Fetcher;
  /** The rest, under `storageBindingName`. */
  readonly [binding: string]: unknown;
}

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/control") return env.SIMULATORS.fetch(request);
    try {
      return Response.json((await forward(await request.json<StorageRequest>(), env)) ?? null);
    } catch (error) {
      return new Response(error instanceof Error ? error.message : "failed", { status: 500 });
    }
  },
} satisfies ExportedHandler<ControlEnv>;

async function forward({ kind, binding, call }: StorageRequest, env: ControlEnv): Promise<unknown> {
  if (env[binding] === undefined) throw new Error(`there is no binding ${binding}`);
  return kind === "d1" ? forwardD1(env[binding] as D1Database, call) : forwardKv(env[binding] as KVNamespace, call);
}
