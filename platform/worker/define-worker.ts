import { DurableObject, waitUntil } from "cloudflare:workers";

import { allowedModels } from "#ai-gateway/choose-model";
import type { AnswerBound } from "#http/answer-in-time";
import { createApp } from "#http/create-app";
import type { Route } from "#http/route";
import type { TokenVerifier } from "#auth/authenticate";
import { KvApiKeys } from "#auth/kv-api-keys";
import { systemClock } from "#base/clock";
import { sessionClient } from "#chat/session-client";
import { AnswerOnce } from "#idempotency/answer-once";
import { IdempotencyRecord } from "#idempotency/record-object";
import { QuotaObject } from "#limits/quota-object";
import { type ToolRegistry, toRegistry } from "#llm-tools/registry";
import { BakedPrompts, type PromptTexts } from "#settings/baked-prompts";
import { RuntimeSettings } from "#settings/runtime-settings";
import type { TenantConfig } from "#tenancy/tenant-config";
import { type ChatSessionClass, defineChatSession } from "#worker/chat-session";
import { composeServices } from "#worker/compose-services";
import type { WorkerEnv } from "#worker/env";
import { defineIngestWorkflow, type IngestWorkflowClass } from "#worker/ingest-workflow";
import type { Insights } from "#worker/insights";
import { type Isolate, isolateOf } from "#worker/isolate";
import { routes } from "#worker/routes/all-routes";
import type { Services } from "#worker/services";
import { muteRoutes, type SpeechFeature } from "#worker/speech-feature";

/** What the generated entry module of a bundle hands over: this Worker's tenants and nobody else's. */
export interface WorkerDefinition {
  /** Checked configs with their defaults filled in, as the build writes them: one for a silo, several for a pool. */
  readonly tenants: readonly TenantConfig[];
  /** Prompt texts by tenant and name, placeholders unfilled, e.g. `{acme: {system: "…"}}`. */
  readonly prompts?: PromptTexts;
  /** Checks tokens of identity providers; absent when no tenant here accepts them. */
  readonly tokens?: TokenVerifier | undefined;
  /** The tools that tenants here have enabled; absent when there are none. */
  readonly tools?: ToolRegistry | undefined;
  /** What speaks; absent when no tenant here has a provider of speech. */
  readonly speech?: SpeechFeature | undefined;
  /** What reads metrics and tells of alerts; absent when no tenant here wants it. */
  readonly insights?: Insights | undefined;
  /** How long the beginning of an answer may take; by default what storage and models may. */
  readonly answerBound?: AnswerBound;
  /** Adds the routes of an app (`withApp`) to those of the platform; absent when the Worker has none. */
  readonly extend?: RouteExtension | undefined;
}

/** Gives the routes of a Worker, from those of the platform. */
export type RouteExtension = (routes: readonly Route<Services>[]) => readonly Route<Services>[];

/** What the app of an isolate is made of, besides the isolate. */
type Features = Omit<WorkerDefinition, "tenants" | "tools">;

/** The class that stands in where nothing is measured: a bundle must export what its migrations have made. */
export class Unmeasured extends DurableObject {}

/** What a Worker's entry module exports: the fetch handler, the Durable Object classes and the Workflow. */
export interface DefinedWorker {
  readonly handler: ExportedHandler<WorkerEnv>;
  readonly ChatSession: ChatSessionClass;
  readonly IdempotencyRecord: typeof IdempotencyRecord;
  readonly TenantMetrics: Insights["TenantMetrics"] | typeof Unmeasured;
  readonly TenantQuota: typeof QuotaObject;
  readonly IngestWorkflow: IngestWorkflowClass;
}

/**
 * Makes the Worker of one tenant, or of a pool of tenants. The app is built once per isolate, on its first request,
 * because bindings reach a module only with a request.
 */
export function defineWorker({ tenants, tools = toRegistry([]), ...features }: WorkerDefinition): DefinedWorker {
  const { speech, insights } = features;
  const isolate = isolateOf({ tenants, tools, insights });
  let app: ReturnType<typeof buildApp> | undefined;
  return {
    handler: {
      fetch: (request, env, context) => (app ??= buildApp(features, env, isolate(env))).fetch(request, env, context),
      ...(insights === undefined ? {} : { scheduled: (_, env) => insights.judge(env, isolate(env)) }),
    },
    ChatSession: defineChatSession(isolate),
    IdempotencyRecord,
    TenantMetrics: insights?.TenantMetrics ?? Unmeasured,
    TenantQuota: QuotaObject,
    IngestWorkflow: defineIngestWorkflow(isolate, speech),
  };
}

function buildApp(
  { prompts = {}, tokens, speech, insights, answerBound, extend = (all) => all }: Features,
  env: WorkerEnv,
  isolate: Isolate,
) {
  const { environment, directory, quotas, log } = isolate;
  const sessions = sessionClient(env.CHAT_SESSIONS);
  const settings = new RuntimeSettings({
    kv: env.KV,
    directory,
    environment,
    baked: new BakedPrompts(prompts),
    chatModels: (tenant) => allowedModels(tenant, "chat"),
    clock: systemClock,
    waitUntil,
    log,
  });
  return createApp({
    directory,
    currentTenant: async (tenantId) => {
      const { config, overrides } = await settings.current(tenantId);
      return { config, logFields: overrides.length === 0 ? {} : { overrides } };
    },
    routes: extend([...routes, ...(speech?.routes ?? muteRoutes), ...(insights?.routes ?? [])]),
    services: composeServices(env, { ...isolate, sessions, settings, speech }),
    quotas,
    authenticators: { apiKeys: new KvApiKeys(env.KV, systemClock), tokens },
    repetitions: new AnswerOnce(env.IDEMPOTENCY),
    log,
    answerBound,
  });
}
