import { PlatformError } from "#base/errors";
import type { Route, RouteSpec } from "#http/route";
import type { RequestCount } from "#limits/request-count";
import type { PartStep } from "#speech/run-speech-job";
import type { SpeechJobs } from "#speech/speech-jobs";
import type { SpeechServices } from "#speech/synthesize-speech";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { WorkerEnv } from "#worker/env";
import type { Isolate } from "#worker/isolate";
import type { Services } from "#worker/services";

/** What speaks for a tenant, at once and in jobs. */
export interface TenantSpeech extends SpeechServices {
  readonly jobs: SpeechJobs;
}

/** What speaks: handed in by the entry modules of tenants whose config names a provider, so that it is in no other bundle. */
export interface SpeechFeature {
  readonly routes: readonly Route<Services>[];
  /** @throws PlatformError `tts_not_enabled` for a tenant whose provider is not in the bundle. */
  compose(env: WorkerEnv, tenant: TenantConfig, parts: Isolate, count?: RequestCount): TenantSpeech;
  /** Says the text of a job, part after part, and writes down how it ended. `run` is what its `SpeechRuns` has started. */
  runJob(
    env: WorkerEnv,
    tenant: TenantConfig,
    parts: Isolate,
    job: { readonly jobId: string; readonly run: unknown },
    step: PartStep,
  ): Promise<unknown>;
  /** The speech models that a request to the tenant may name; none when nobody speaks for it. */
  models(tenant: TenantConfig): readonly string[];
}

/** The routes of speech in a bundle that has none. */
export const muteRoutes: readonly Route<Services>[] = [
  mute("POST", "/tts"),
  mute("GET", "/tts/:jobId"),
  mute("POST", "/v1/audio/speech"),
];

function mute(method: RouteSpec["method"], path: RouteSpec["path"]): Route<Services> {
  return {
    spec: { method, path, operationId: path, summary: path, tag: "speech", access: "tts" },
    handle: () => Promise.reject(notEnabled()),
  };
}

export function notEnabled(): PlatformError {
  return new PlatformError(
    "tts_not_enabled",
    'Speech is not enabled for this tenant: its config has no tts.provider. Whoever runs it may set one, such as "workers-ai".',
  );
}
