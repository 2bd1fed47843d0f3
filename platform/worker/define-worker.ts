import { createApp } from "#http/create-app";
import { KvApiKeys } from "#auth/kv-api-keys";
import { systemClock } from "#base/clock";
import { sessionClient } from "#chat/session-client";
import { AnswerOnce } from "#idempotency/answer-once";
import { IdempotencyRecord } from "#idempotency/record-object";
import { createLogger, type Logger } from "#observability/logger";
import { TenantDirectory } from "#tenancy/tenant-directory";
import { type ChatSessionClass, defineChatSession } from "#worker/chat-session";
import { composeServices } from "#worker/compose-services";
import { parseVars, type WorkerEnv } from "#worker/env";
import { PromptLibrary, type PromptTexts } from "#worker/prompts";
import { routes } from "#worker/routes/all-routes";

/** What the generated entry module of a bundle hands over: this Worker's tenants and nobody else's. */
export interface WorkerDefinition {
  /** Validated tenant configs: one for a silo, several for a pool. */
  readonly tenants: readonly unknown[];
  /** Prompt texts by tenant and name, e.g. `{acme: {system: "…"}}`. */
  readonly prompts?: PromptTexts;
  /** The OpenAPI document as JSON text. */
  readonly openapi?: string;
}

/** What a Worker's entry module exports: the fetch handler and the Durable Object classes. */
export interface DefinedWorker {
  readonly handler: ExportedHandler<WorkerEnv>;
  readonly ChatSession: ChatSessionClass;
  readonly IdempotencyRecord: typeof IdempotencyRecord;
}

/**
 * Makes the Worker of one tenant, or of a pool of tenants. The app is built once per isolate, on its first request,
 * because bindings reach a module only with a request.
 */
export function defineWorker(definition: WorkerDefinition): DefinedWorker {
  let app: ReturnType<typeof buildApp> | undefined;
  return {
    handler: {
      fetch: (request, env, context) => (app ??= buildApp(definition, env)).fetch(request, env, context),
    },
    ChatSession: defineChatSession(definition.tenants, consoleLogger()),
    IdempotencyRecord,
  };
}

function buildApp({ tenants, prompts = {}, openapi = "{}" }: WorkerDefinition, env: WorkerEnv) {
  const { environment } = parseVars(env);
  const log = consoleLogger();
  const sessions = sessionClient(env.CHAT_SESSIONS);
  return createApp({
    directory: TenantDirectory.load(tenants, environment),
    routes,
    services: composeServices(env, { environment, sessions, prompts: new PromptLibrary(prompts), openapi }, log),
    apiKeys: new KvApiKeys(env.KV, systemClock),
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
