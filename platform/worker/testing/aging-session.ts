import type { DurableObject } from "cloudflare:workers";

import { decodePausedTurn, encodePausedTurn } from "#chat/paused-turn";
import type { ChatSessionClass } from "#worker/chat-session";
import type { WorkerEnv } from "#worker/env";

/** A session of the test Worker: the real one, whose approvals can be made older. */
export interface AgingSession extends DurableObject<WorkerEnv> {
  /** The turn that waits was begun so much longer ago. Holds from the next isolate on, which reads it anew. */
  agePause(ms: number): void;
}

/** The same class, with sessions that can be made older. */
export function agingSession(
  Session: ChatSessionClass,
): new (...given: ConstructorParameters<ChatSessionClass>) => AgingSession {
  const Real: new (...given: ConstructorParameters<ChatSessionClass>) => DurableObject<WorkerEnv> = Session;
  return class extends Real {
    agePause(ms: number): void {
      const { sql } = this.ctx.storage;
      const { paused } = sql.exec<{ paused: string }>("SELECT paused FROM tool_state WHERE paused IS NOT NULL").one();
      const turn = decodePausedTurn(paused);
      const older = encodePausedTurn({ ...turn, expiresAtMs: turn.expiresAtMs - ms });
      sql.exec("UPDATE tool_state SET paused = ?", older);
    }
  };
}
