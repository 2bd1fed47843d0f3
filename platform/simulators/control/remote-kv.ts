import type { KVNamespace } from "@cloudflare/workers-types";

import { fromBase64, type KvOperation, toBase64 } from "#simulators/contract/storage-messages";

/** A KV binding as far as stores, commands and tests use it: values are texts, JSON or bytes, no streams. */
export type RemoteKv = Pick<KVNamespace, "get" | "put" | "delete" | "list">;

/** Carries an operation to the binding and brings back its result. */
export type KvTransport = <Result>(operation: KvOperation) => Promise<Result>;

/** The KV binding of a Worker that runs in workerd. Nothing is imitated here: every call is forwarded, in one request. */
export function remoteKv(send: KvTransport): RemoteKv {
  const namespace = {
    async get(key: string, options: unknown = "text") {
      const type = typeOf(options);
      const value = await send<unknown>({ operation: "get", key, options: options as object });
      return type === "arrayBuffer" && typeof value === "string" ? fromBase64(value).buffer : value;
    },
    async put(key: string, value: unknown, options: object = {}) {
      await send({ operation: "put", key, ...inMessage(value), options });
    },
    delete: (key: string) => send({ operation: "delete", key }),
    list: (options: object = {}) => send({ operation: "list", options }),
  };
  return namespace as unknown as RemoteKv;
}

function typeOf(options: unknown): "text" | "json" | "arrayBuffer" {
  const type = typeof options === "object" && options !== null && "type" in options ? options.type : options;
  if (type === "text" || type === "json" || type === "arrayBuffer") return type;
  throw new Error(`a value is read as text, json or arrayBuffer here, not as ${String(type)}`);
}

/** The messages are JSON: bytes go as base64. */
function inMessage(value: unknown): { readonly text: string } | { readonly base64: string } {
  if (typeof value === "string") return { text: value };
  if (value instanceof ArrayBuffer) return { base64: toBase64(new Uint8Array(value)) };
  if (value instanceof Uint8Array) return { base64: toBase64(value) };
  throw new Error("a value is a text or bytes here: streams are written through the bindings of Miniflare");
}
