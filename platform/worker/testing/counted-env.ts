import type { WorkerEnv } from "#worker/env";
import { callOrFail } from "#worker/testing/binding-faults";

/** Where the test Worker tells which calls of its bindings were made since one asked last. */
export const CALLS_PATH = "/testing/calls";

/** What it tells. */
export interface CallsMade {
  /** Names of the calls, in the order in which they began. */
  readonly calls: readonly string[];
  /** How many are under way. */
  readonly running: number;
}

type Method = (...given: unknown[]) => unknown;

const statements = new WeakMap<object, object>();
let calls: string[] = [];

/** Calls of bindings since the last look, in the order in which they began, e.g. `QUOTAS.admit`. */
export function takeCalls(): readonly string[] {
  const taken = calls;
  calls = [];
  return taken;
}

/** The same bindings, which note each call that leaves the isolate: what a request costs is what is counted there. */
export function countedEnv(env: WorkerEnv): WorkerEnv {
  return {
    ...env,
    AI: noted("AI", env.AI),
    KV: noted("KV", env.KV),
    VECTORS: noted("VECTORS", env.VECTORS),
    DB: countedDatabase(env.DB),
    CHAT_SESSIONS: countedObjects("CHAT_SESSIONS", env.CHAT_SESSIONS),
    IDEMPOTENCY: countedObjects("IDEMPOTENCY", env.IDEMPOTENCY),
    QUOTAS: countedObjects("QUOTAS", env.QUOTAS),
  };
}

/** Every method of it notes its name before it is called. */
function noted<Target extends object>(name: string, target: Target): Target {
  return wrapped(target, (key, method) => (...given) => {
    calls.push(`${name}.${key}`);
    return callOrFail(() => method(...given));
  });
}

function countedObjects<Namespace extends object>(name: string, namespace: Namespace): Namespace {
  return wrapped(namespace, (key, method) => {
    if (key !== "get" && key !== "getByName") return method;
    return (...given) => noted(name, method(...given) as object);
  });
}

/** A statement costs something when it runs, alone or in a batch. */
function countedDatabase(database: D1Database): D1Database {
  return wrapped(database, (key, method) => {
    if (key === "prepare") return (...given) => countedStatement(method(...given) as D1PreparedStatement);
    return (...given) => {
      calls.push(`DB.${key}`);
      const own = given.map((value) => (Array.isArray(value) ? value.map(uncounted) : value));
      return callOrFail(() => method(...own));
    };
  });
}

function countedStatement(statement: D1PreparedStatement): D1PreparedStatement {
  const counted = wrapped(statement, (key, method) => {
    if (key === "bind") return (...given) => countedStatement(method(...given) as D1PreparedStatement);
    return (...given) => {
      calls.push(`DB.${key}`);
      return callOrFail(() => method(...given));
    };
  });
  statements.set(counted, statement);
  return counted;
}

/** A batch takes only the database's own statements. */
function uncounted(statement: unknown): unknown {
  return typeof statement === "object" && statement !== null ? (statements.get(statement) ?? statement) : statement;
}

/** The same object with other methods. What is no method stays as it is. */
function wrapped<Target extends object>(target: Target, change: (key: string, method: Method) => Method): Target {
  return new Proxy(target, {
    get(_, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof key !== "string" || typeof value !== "function") return value;
      // Not by `value.apply`: a method of a stub answers to any name, and would call it over there.
      return change(key, (...given) => Reflect.apply(value as Method, target, given));
    },
  });
}
