import { waitUntil } from "cloudflare:workers";

import { estimateTokens } from "#ai-gateway/estimate-tokens";
import { speechClient, speechCostMicroUsd } from "#ai-gateway/speech-client";
import { systemClock } from "#base/clock";
import type { Amount } from "#limits/budget";
import { speechModels } from "#speech/choose-voice";
import type { SpeechProvider } from "#speech/speech-provider";
import { resolveEnvironment } from "#tenancy/environment-config";
import type { TenantConfig } from "#tenancy/tenant-config";
import { reserve, takeRate } from "#worker/budgeted-models";
import { breakers, budgetsOf } from "#worker/compose-services";
import { logModelCall } from "#worker/log-model-call";
import { speechRoutes } from "#worker/routes/speech";
import { notEnabled, type SpeechFeature } from "#worker/speech-feature";

/** Speech by these providers. Called by the entry module of a tenant whose config names one of them. */
export function defineSpeech(...providers: readonly SpeechProvider[]): SpeechFeature {
  const providerOf = ({ tts }: TenantConfig): SpeechProvider | undefined =>
    providers.find(({ name }) => name === tts.provider);
  return {
    routes: speechRoutes,
    models(tenant) {
      const provider = providerOf(tenant);
      return provider === undefined ? [] : speechModels(tenant, provider);
    },
    compose(env, tenant, { environment, log, quotas }, count) {
      const provider = providerOf(tenant);
      if (provider === undefined) throw notEnabled();
      const { gatewayId } = resolveEnvironment(tenant.tenantId, tenant.environments, environment);
      const onCall = logModelCall.bind(undefined, log);
      const client = speechClient(env.AI, { gatewayId, ai: tenant.ai, breakers, clock: systemClock, onCall });
      const purse = { quotas, budgets: budgetsOf(tenant), waitUntil, count };
      return {
        provider,
        client,
        async reserve(tenantId, { model, text }, context) {
          const need = { modelId: model, need: costOf(model, text), rate: takeRate(purse) };
          const admission = await reserve(tenantId, purse, need, context);
          return { settle: (spoken) => admission.settle(costOf(model, spoken)) };
        },
      };
    },
  };
}

/** A model without a known price counts in tokens only. */
function costOf(model: string, text: string): Amount {
  return { tokens: estimateTokens(text), microUsd: speechCostMicroUsd(model, text) ?? 0 };
}
