import path from "node:path";

import { startRuntime, type Runtime } from "#simulators/runtime/start-runtime";
import type { GatewayCall, GatewayReply } from "./gateway-call.js";

export const LLAMA_70B = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
export const LLAMA_8B = "@cf/meta/llama-3.1-8b-instruct";
/** Writes in OpenAI's shape. */
export const GPT_OSS = "@cf/openai/gpt-oss-20b";
export const BGE = "@cf/baai/bge-base-en-v1.5";
export const RERANKER = "@cf/baai/bge-reranker-base";

/** The model client in workerd, over the runtime's own `Ai` class, called from node. */
export interface TestGateway {
  readonly runtime: Runtime;
  call(call: GatewayCall): Promise<GatewayReply>;
  /** A chat call with short times. */
  chat(call?: Partial<GatewayCall>, text?: Partial<GatewayCall["text"]>): Promise<GatewayReply>;
  dispose(): Promise<void>;
}

/** Boots `$WORKER_BUNDLE`, which is `gateway-worker.ts`. */
export async function startGateway(model: { tokenDelayMs?: number } = { tokenDelayMs: 0 }): Promise<TestGateway> {
  const runtime = await startRuntime({
    workers: [
      {
        name: "gateway-test",
        modulePath: path.resolve(process.env["WORKER_BUNDLE"] ?? "WORKER_BUNDLE is not set"),
        config: { name: "gateway-test", compatibility_date: "2026-11-01", ai: { binding: "AI" } },
      },
    ],
    onLog: () => undefined,
    model,
  });
  const call = async (body: GatewayCall): Promise<GatewayReply> => {
    const defaults = { tenantId: "acme", context: { traceId: "trace-1", route: "/chat" } };
    const response = await runtime.fetch("/", { method: "POST", body: JSON.stringify({ ...defaults, ...body }) });
    if (!response.ok) throw new Error(await response.text());
    return response.json<GatewayReply>();
  };
  return {
    runtime,
    call,
    chat: (more = {}, text = {}) =>
      call({
        ai: { timeouts: { firstTokenMs: 400, idleMs: 250, totalMs: 5_000 } },
        text: { model: LLAMA_70B, messages: [{ role: "user", content: "Say something." }], ...text },
        ...more,
      }),
    dispose: () => runtime.dispose(),
  };
}
