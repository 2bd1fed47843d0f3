import { waitUntil } from "cloudflare:workers";

import { allowedModels } from "#ai-gateway/choose-model";
import { createApp } from "#http/create-app";
import type { TokenVerifier } from "#auth/authenticate";
import { KvApiKeys } from "#auth/kv-api-keys";
import { systemClock } from "#base/clock";
import { sessionClient } from "#chat/session-client";
import { AnswerOnce } from "#idempotency/answer-once";
import { IdempotencyRecord } from "#idempotency/record-object";
import { QuotaClient } from "#limits/quota-client";
import { quotaNamespace } from "#limits/quota-calls";
import { QuotaObject } from "#limits/quota-object";
import { createLogger, describeThrown, type Logger } from "#observability/logger";
import { BakedPrompts, type PromptTexts } from "#settings/baked-prompts";
import { RuntimeSettings } from "#settings/runtime-settings";
import { type ChatSessionClass, defineChatSession } from "#worker/chat-session";
import { composeServices } from "#worker/compose-services";
import { parseVars, type WorkerEnv } from "#worker/env";
import { defineIngestWorkflow, type IngestWorkflowClass } from "#worker/ingest-workflow";
import { loadDirectory } from "#worker/load-directory";
import { routes } from "#worker/routes/all-routes";
import { muteRoutes, type SpeechFeature } from "#worker/speech-feature";

/** What the generated entry module of a bundle hands over: this Worker's tenants and nobody else's. */
export interface WorkerDefinition {
  /** Validated tenant configs: one for a silo, several for a pool. */
  readonly tenants: readonly unknown[];
  /** Prompt texts by tenant and name, placeholders unfilled, e.g. `{acme: {system: "…"}}`. */
  readonly prompts?: PromptTexts;
  /** Checks tokens of identity providers; absent when no tenant here accepts them. */
  readonly tokens?: TokenVerifier;
  /** What speaks; absent when no tenant here has a provider of speech. */
  readonly speech?: SpeechFeature;
}

/** What a Worker's entry module exports: the fetch handler, the Durable Object classes and the Workflow. */
export interface DefinedWorker {
  readonly handler: ExportedHandler<WorkerEnv>;
  readonly ChatSession: ChatSessionClass;
  readonly IdempotencyRecord: typeof IdempotencyRecord;
  readonly TenantQuota: typeof QuotaObject;
  readonly IngestWorkflow: IngestWorkflowClass;
}

/**
 * Makes the Worker of one tenant, or of a pool of tenants. The app is built once per isolate, on its first request,
 * because bindings reach a module only with a request.
 */
export function defineWorker(definition: WorkerDefinition): DefinedWorker {
  let app: ReturnType<typeof buildApp> | undefined;
  // One per isolate, for requests and sessions alike: it holds the isolate's leases.
  let quotas: QuotaClient | undefined;
  const quotasOf = (env: WorkerEnv) => (quotas ??= newQuotaClient(env));
  return {
    handler: {
      fetch: (request, env, context) => (app ??= buildApp(definition, env, quotasOf(env))).fetch(request, env, context),
    },
    ChatSession: defineChatSession(definition.tenants, consoleLogger(), quotasOf),
    IdempotencyRecord,
    TenantQuota: QuotaObject,
    IngestWorkflow: defineIngestWorkflow(definition.tenants, consoleLogger(), quotasOf, definition.speech),
  };
}

function newQuotaClient(env: WorkerEnv): QuotaClient {
  const log = consoleLogger();
  return new QuotaClient(quotaNamespace(env.QUOTAS), {
    clock: systemClock,
    reportFailure: (tenantId, error) => {
      log.log("error", "quota_failed", { tenantId, dependency: "quotas", error: describeThrown(error) });
    },
  });
}

function buildApp({ tenants, prompts = {}, tokens, speech }: WorkerDefinition, env: WorkerEnv, quotas: QuotaClient) {
  const vars = parseVars(env);
  const log = consoleLogger();
  const { environment } = vars;
  const sessions = sessionClient(env.CHAT_SESSIONS);
  const directory = loadDirectory(tenants, vars);
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
    routes: [...routes, ...(speech?.routes ?? muteRoutes)],
    services: composeServices(env, { environment, sessions, settings, quotas, log, speech }),
    quotas,
    authenticators: { apiKeys: new KvApiKeys(env.KV, systemClock), tokens },
    repetitions: new AnswerOnce(env.IDEMPOTENCY),
    log,
  });
}

/** One JSON line per entry: Workers Logs takes `console.log` and parses it. */
function consoleLogger(): Logger {
  return createLogger("info", (line) => {
    console.log(line);
  });
}
