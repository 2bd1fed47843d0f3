import type { WorkerEnv } from "#worker/env";

/**
 * Where the test Worker is told what goes wrong from now on: `?d1=fails`, `?vectorDelayMs=300`, `?metrics=hang`; without any,
 * nothing. Answers how many calls hang.
 */
export const FAULTS_PATH = "/testing/faults";

let isDatabaseDown = false;
let vectorDelayMs = 0;
/** What everybody waits for who gives metrics to their object. */
let metricsPause: PromiseWithResolvers<undefined> | undefined;
let hanging = 0;

/** Sets all faults, and tells how many calls hang. */
export function setFaults(query: URLSearchParams): number {
  isDatabaseDown = query.get("d1") === "fails";
  vectorDelayMs = Number(query.get("vectorDelayMs") ?? 0);
  if (query.get("metrics") === "hang") metricsPause ??= Promise.withResolvers<undefined>();
  else {
    metricsPause?.resolve(undefined);
    metricsPause = undefined;
    hanging = 0;
  }
  return hanging;
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
    METRICS: intercepted(
      env.METRICS,
      "getByName",
      (getByName) =>
        (...given) =>
          intercepted(getByName(...given) as object, "add", held),
    ),
    VECTORS: intercepted(intercepted(env.VECTORS, "query", late), "describe", late),
  };
}

/** What is slow about an index is slow whatever it is asked. */
function late(ask: Method): Method {
  return async (...given) => {
    if (vectorDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, vectorDelayMs));
    return ask(...given);
  };
}

function held(add: Method): Method {
  return async (...given) => {
    if (metricsPause !== undefined) {
      hanging++;
      await metricsPause.promise;
    }
    return add(...given);
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
