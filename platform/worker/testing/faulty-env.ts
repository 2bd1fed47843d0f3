import type { WorkerEnv } from "#worker/env";

/** Where the test Worker is told what goes wrong from now on: `?d1=fails`, `?vectorDelayMs=300`; without either, nothing. */
export const FAULTS_PATH = "/testing/faults";

let isDatabaseDown = false;
let vectorDelayMs = 0;

export function setFaults(query: URLSearchParams): void {
  isDatabaseDown = query.get("d1") === "fails";
  vectorDelayMs = Number(query.get("vectorDelayMs") ?? 0);
}

/** The same bindings, which fail or take their time while a test wants it. */
export function faultyEnv(env: WorkerEnv): WorkerEnv {
  return {
    ...env,
    DB: intercepted(
      env.DB,
      "prepare",
      (prepare) =>
        (...given) =>
          isDatabaseDown ? prepare("SELECT gone FROM nowhere") : prepare(...given),
    ),
    VECTORS: intercepted(env.VECTORS, "query", (query) => async (...given) => {
      if (vectorDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, vectorDelayMs));
      return query(...given);
    }),
  };
}

type Method = (...given: unknown[]) => unknown;

function intercepted<Target extends object>(target: Target, name: string, change: (method: Method) => Method): Target {
  return new Proxy(target, {
    get(_, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      const method: Method = (...given) => Reflect.apply(value as Method, target, given);
      return key === name ? change(method) : method;
    },
  });
}
