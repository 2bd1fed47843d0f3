import { systemClock } from "#base/clock";
import { toPlatformError } from "#base/errors";
import { groundQuestion } from "#chat/ground-question";
import { SessionObject, type SessionServices } from "#chat/session-object";
import { describeThrown, type Logger } from "#observability/logger";
import { ragSettings } from "#rag/rag-services";
import type { QuotaClient } from "#limits/quota-client";
import type { TenantDirectory } from "#tenancy/tenant-directory";
import { composeTenant } from "#worker/compose-services";
import { parseVars, type WorkerEnv } from "#worker/env";
import { loadDirectory } from "#worker/load-directory";

/** The Durable Object class of a Worker's sessions: the session of the chat package with this Worker's adapters. */
export type ChatSessionClass = new (context: DurableObjectState, env: WorkerEnv) => SessionObject<WorkerEnv>;

/** Binds the class to the tenants of the bundle. A tenant that the bundle does not hold gets no turn. */
export function defineChatSession(
  tenants: readonly unknown[],
  log: Logger,
  quotasOf: (env: WorkerEnv) => QuotaClient,
): ChatSessionClass {
  // Parsed once per isolate, not once per session: an isolate holds many sessions.
  let directory: TenantDirectory | undefined;
  return class ChatSession extends SessionObject<WorkerEnv> {
    protected override sessionServices(id: string): SessionServices | undefined {
      const vars = parseVars(this.env);
      const { environment } = vars;
      directory ??= loadDirectory(tenants, vars);
      const tenant = directory.byId(id);
      if (tenant === undefined) return undefined;
      const { models, knowledge, sessionIndex } = composeTenant(this.env, tenant, {
        environment,
        log,
        quotas: quotasOf(this.env),
      });
      return {
        tenantId: tenant.tenantId,
        models,
        index: sessionIndex,
        clock: systemClock,
        ground: (tenantId, question, context) =>
          groundQuestion(
            tenantId,
            knowledge,
            { settings: ragSettings(tenant, { environment, route: "/chat" }), context },
            question,
          ),
        reportFailure: (tenantId, traceId, error) => {
          const { code } = toPlatformError(error);
          log.log("error", "turn_failed", { tenantId, traceId, code, error: describeThrown(error) });
        },
      };
    }
  };
}
