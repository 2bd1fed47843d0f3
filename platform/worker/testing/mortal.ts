import type { DurableObject } from "cloudflare:workers";

import type { WorkerEnv } from "#worker/env";

/** Where the test Worker is told to kill an object: `?binding=CHAT_SESSIONS&name=…`. */
export const DEATH_PATH = "/testing/death";

/** What a call ends with when its object is killed. */
const DEATH = "killed by a test";

type Constructor = new (context: DurableObjectState, env: never) => DurableObject;

/**
 * The same class, with objects that can be killed: reset at once, in the middle of whatever they do, as the platform does
 * for a new release or when a machine fails. An eviction by the runtime waits for what is under way.
 */
export function mortal<Real extends Constructor>(real: Real): Real {
  const Base: Constructor = real;
  const Mortal = class extends Base {
    die(): void {
      this.ctx.abort(DEATH);
    }
  };
  return Mortal as unknown as Real;
}

/** Kills the object that a request to `DEATH_PATH` names. */
export async function kill(env: WorkerEnv, query: URLSearchParams): Promise<Response> {
  const namespaces = new Map(Object.entries(env)) as ReadonlyMap<string, DurableObjectNamespace>;
  const object = namespaces.get(query.get("binding") ?? "")?.getByName(query.get("name") ?? "");
  const told = await (object as { die?(): Promise<void> } | undefined)?.die?.().catch(String);
  return new Response(null, { status: told?.includes(DEATH) === true ? 204 : 500 });
}
