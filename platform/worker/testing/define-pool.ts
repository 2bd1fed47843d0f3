import { ALL_TOOLS } from "#llm-tools/builtin/all-tools";
import { provider as workersAi } from "#speech/providers/workers-ai";
import { tenantConfigSchema } from "#tenancy/tenant-config";
import { insights } from "#worker/insights";
import { defineWorker, type RouteExtension } from "#worker/define-worker";
import type { WorkerEnv } from "#worker/env";
import { defineSpeech } from "#worker/speech";
import { agingSession } from "#worker/testing/aging-session";
import { answerBound } from "#http/answer-in-time";
import { type BindingFault, FAULT_PATH, isHanging, runningCalls, setFault } from "#worker/testing/binding-faults";
import { CALLS_PATH, type CallsMade, countedEnv, takeCalls } from "#worker/testing/counted-env";
import { faultyEnv, FAULTS_PATH, setFaults } from "#worker/testing/faulty-env";
import { FaultyMetrics } from "#worker/testing/faulty-metrics";
import { FaultyQuota } from "#worker/testing/faulty-quota";
import { DEATH_PATH, kill, mortal } from "#worker/testing/mortal";
import { ACME, GLOBEX, HOOLI, INITECH, OSCORP, SOYLENT, STARK, UMBRELLA, VANDELAY } from "#worker/testing/two-tenants";
import { tokenVerifier } from "#worker/token-verifier";

const tenants = [ACME, GLOBEX, HOOLI, INITECH, OSCORP, SOYLENT, STARK, UMBRELLA, VANDELAY].map((tenant) =>
  tenantConfigSchema.parse(tenant),
);

/** The Worker of the tests: tenants that share everything, with each feature, and faults on demand. */
export function definePool(extend?: RouteExtension) {
  const worker = defineWorker({
    tenants,
    prompts: { acme: { system: "You are the assistant of Acme Inc. Be brief." }, soylent: { system: "Hi" } },
    tools: ALL_TOOLS,
    tokens: tokenVerifier(),
    speech: defineSpeech(workersAi),
    insights: insights(),
    answerBound: (tenant, spec) => (isHanging() ? 2_000 : answerBound(tenant, spec)),
    extend,
  });
  return {
    ...worker,
    handler: {
      ...(worker.handler.scheduled === undefined ? {} : { scheduled: worker.handler.scheduled }),
      fetch: faultyFetch(worker.handler.fetch),
    },
    IdempotencyRecord: mortal(worker.IdempotencyRecord),
    TenantQuota: mortal(FaultyQuota),
    TenantMetrics: FaultyMetrics,
    // The session, whose calls are counted too.
    ChatSession: new Proxy(mortal(agingSession(worker.ChatSession)), {
      construct: (made, [context, env]: [DurableObjectState, WorkerEnv], newTarget) =>
        Reflect.construct(made, [context, countedEnv(faultyEnv(env))], newTarget) as object,
    }),
  };
}

function faultyFetch(
  fetch: ExportedHandlerFetchHandler<WorkerEnv> | undefined,
): ExportedHandlerFetchHandler<WorkerEnv> {
  let counted: WorkerEnv | undefined;
  return async (request, env, context) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === CALLS_PATH)
      return Response.json({ calls: takeCalls(), running: runningCalls() } satisfies CallsMade);
    if (pathname === FAULTS_PATH) {
      return Response.json({ hanging: setFaults(searchParams) });
    }
    if (pathname === DEATH_PATH) return kill(env, searchParams);
    if (pathname === FAULT_PATH) {
      setFault((await request.json<BindingFault | null>()) ?? undefined);
      return new Response(null, { status: 204 });
    }
    return fetch?.(request, (counted ??= countedEnv(faultyEnv(env))), context) ?? new Response(null, { status: 500 });
  };
}
