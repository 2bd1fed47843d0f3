import { waitUntil } from "cloudflare:workers";

import { estimateTokens } from "#ai-gateway/estimate-tokens";
import { speechClient, speechCostMicroUsd } from "#ai-gateway/speech-client";
import { systemClock } from "#base/clock";
import type { Amount } from "#limits/budget";
import type { RequestCount } from "#limits/request-count";
import { chooseVoice, speechModels } from "#speech/choose-voice";
import { runSpeechJob } from "#speech/run-speech-job";
import { SPEECH_JOB_SECONDS, type SpeechRun } from "#speech/speech-jobs";
import type { SpeechProvider } from "#speech/speech-provider";
import { createKvSpeechStore } from "#storage/kv-speech-store";
import { resolveEnvironment } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import { reserve, takeRate } from "#worker/budgeted-models";
import { breakers, budgetsOf } from "#worker/compose-services";
import type { Isolate } from "#worker/isolate";
import { auditLogOf } from "#worker/compose-tools";
import type { WorkerEnv } from "#worker/env";
import { logModelCall } from "#worker/log-model-call";
import { recordSpeech } from "#worker/record-speech";
import { speechRoutes } from "#worker/routes/speech";
import { notEnabled, type SpeechFeature, type TenantSpeech } from "#worker/speech-feature";
import { speechRuns } from "#worker/speech-runs";

/** Speech by these providers. Called by the entry module of a tenant whose config names one of them. */
export function defineSpeech(...providers: readonly SpeechProvider[]): SpeechFeature {
  const providerOf = ({ tts }: TenantConfig): SpeechProvider | undefined =>
    providers.find(({ name }) => name === tts.provider);
  const compose = (env: WorkerEnv, tenant: TenantConfig, parts: Isolate, count?: RequestCount): TenantSpeech => {
    const provider = providerOf(tenant);
    if (provider === undefined) throw notEnabled();
    return composeSpeech(env, tenant, parts, { provider, count });
  };
  return {
    routes: speechRoutes,
    compose,
    models(tenant) {
      const provider = providerOf(tenant);
      return provider === undefined ? [] : speechModels(tenant, provider);
    },
    async runJob(env, tenant, parts, { jobId, run }, step) {
      const { tenantId } = tenant;
      const speech = compose(env, tenant, parts);
      const started = run as SpeechRun;
      const { text } = started.request;
      const voice = chooseVoice(tenant, speech.provider, started.request);
      const job = { jobId, text, voice, store: speech.jobs.store, step };
      const result = await runSpeechJob(tenantId, speech, job, { ...started, route: "/tts" });
      const code = "code" in result ? result.code : undefined;
      await recordSpeech(tenantId, { audit: auditLogOf(env, parts.log), log: parts.log }, started, code);
      return result;
    },
  };
}

function composeSpeech(
  env: WorkerEnv,
  tenant: TenantConfig,
  { environment, log, quotas }: Isolate,
  { provider, count }: { readonly provider: SpeechProvider; readonly count: RequestCount | undefined },
): TenantSpeech {
  const { gatewayId } = resolveEnvironment(tenant.tenantId, tenant.environments, environment);
  const onCall = logModelCall.bind(undefined, log);
  const purse = { quotas, budgets: budgetsOf(tenant), waitUntil, ...(count === undefined ? {} : { count }) };
  return {
    provider,
    client: speechClient(env.AI, { gatewayId, ai: tenant.ai, breakers, clock: systemClock, onCall }),
    async reserve(tenantId, { model, text }, context) {
      const need = { modelId: model, need: costOf(model, text), rate: takeRate(purse) };
      const admission = await reserve(tenantId, purse, need, context);
      return { settle: (spoken) => admission.settle(costOf(model, spoken)) };
    },
    jobs: { store: createKvSpeechStore(env.KV, SPEECH_JOB_SECONDS), runs: speechRuns(env.INGEST_JOBS) },
  };
}

/** A model without a known price counts in tokens only. */
function costOf(model: string, text: string): Amount {
  return { tokens: estimateTokens(text), microUsd: speechCostMicroUsd(model, text) ?? 0 };
}
