import { provider as workersAi } from "#speech/providers/workers-ai";
import { defineWorker } from "#worker/define-worker";
import type { WorkerEnv } from "#worker/env";
import { defineSpeech } from "#worker/speech";
import { CALLS_PATH, countedEnv, takeCalls } from "#worker/testing/counted-env";
import { FaultyQuota } from "#worker/testing/faulty-quota";
import { ACME, GLOBEX, HOOLI, INITECH, OSCORP, SOYLENT, STARK, UMBRELLA, VANDELAY } from "#worker/testing/two-tenants";
import { tokenVerifier } from "#worker/token-verifier";

const worker = defineWorker({
  tenants: [ACME, GLOBEX, HOOLI, INITECH, OSCORP, SOYLENT, STARK, UMBRELLA, VANDELAY],
  prompts: { acme: { system: "You are the assistant of Acme Inc. Be brief." }, soylent: { system: "Hi" } },
  tokens: tokenVerifier(),
  speech: defineSpeech(workersAi),
});

let counted: WorkerEnv | undefined;

export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname === CALLS_PATH) return Response.json(takeCalls());
    const { fetch } = worker.handler;
    return fetch?.(request, (counted ??= countedEnv(env)), context) ?? new Response(null, { status: 500 });
  },
} satisfies ExportedHandler<WorkerEnv>;

export const { IdempotencyRecord, IngestWorkflow } = worker;
export const TenantQuota = FaultyQuota;

/** The session, whose calls are counted too. */
export const ChatSession = new Proxy(worker.ChatSession, {
  construct: (made, [context, env]: [DurableObjectState, WorkerEnv], newTarget) =>
    Reflect.construct(made, [context, countedEnv(env)], newTarget) as object,
});
