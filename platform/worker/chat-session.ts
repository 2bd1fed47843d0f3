import { systemClock } from "#base/clock";
import { PlatformError, toPlatformError } from "#base/errors";
import { groundQuestion } from "#chat/ground-question";
import type { TurnServices } from "#chat/run-chat-turn";
import { SessionObject } from "#chat/session-object";
import { describeThrown, type Logger } from "#observability/logger";
import { ragSettings } from "#rag/rag-services";
import { TenantDirectory } from "#tenancy/tenant-directory";
import type { TenantId } from "#tenancy/tenant-id";
import { composeTenant } from "#worker/compose-services";
import { parseVars, type WorkerEnv } from "#worker/env";

/** The Durable Object class of a Worker's sessions: the session of the chat package with this Worker's adapters. */
export type ChatSessionClass = new (context: DurableObjectState, env: WorkerEnv) => SessionObject<WorkerEnv>;

/** Binds the class to the tenants of the bundle. A tenant that the bundle does not hold gets no turn. */
export function defineChatSession(tenants: readonly unknown[], log: Logger): ChatSessionClass {
  return class ChatSession extends SessionObject<WorkerEnv> {
    readonly #environment = parseVars(this.env).environment;
    readonly #directory = TenantDirectory.load(tenants, this.#environment);

    protected override turnServices(tenantId: TenantId): TurnServices {
      const tenant = this.#directory.byId(tenantId);
      if (tenant === undefined) throw new PlatformError("tenant_unknown");
      const { models, knowledge } = composeTenant(this.env, tenant, this.#environment);
      return {
        models,
        clock: systemClock,
        ground: (id, question, context) =>
          groundQuestion(id, knowledge, { settings: ragSettings(tenant), context }, question),
        reportFailure: (id, traceId, error) => {
          log.log("error", "turn_failed", {
            tenantId: id,
            traceId,
            code: toPlatformError(error).code,
            error: describeThrown(error),
          });
        },
      };
    }
  };
}
