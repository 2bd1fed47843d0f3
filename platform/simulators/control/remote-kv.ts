import type { KVNamespace } from "@cloudflare/workers-types";

import type { KvOperation } from "#simulators/contract/storage-messages";

/** A KV binding as far as stores, commands and tests use it: values are texts, or read as JSON. */
export type RemoteKv = Pick<KVNamespace, "get" | "put" | "delete" | "list">;

/** Carries an operation to the binding and brings back its result. */
export type KvTransport = <Result>(operation: KvOperation) => Promise<Result>;

/** The KV binding of a Worker that runs in workerd. Nothing is imitated here: every call is forwarded, in one request. */
export function remoteKv(send: KvTransport): RemoteKv {
  const namespace = {
    get: (key: string, options: unknown = "text") => send({ operation: "get", key, options: readable(options) }),
    put: (key: string, value: unknown, options: object = {}) =>
      send({ operation: "put", key, value: writable(value), options }),
    delete: (key: string) => send({ operation: "delete", key }),
    list: (options: object = {}) => send({ operation: "list", options }),
  };
  return namespace as unknown as RemoteKv;
}

/** Bytes do not go through the messages, which are JSON. */
function readable(options: unknown): "text" | "json" | object {
  const type = typeof options === "object" && options !== null && "type" in options ? options.type : options;
  if (type === "text" || type === "json") return options as "text" | "json" | object;
  throw new Error(`a value is read as text or json here, not as ${String(type)}`);
}

function writable(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Error("a value is a text here: bytes and streams are written through the bindings of Miniflare");
}
