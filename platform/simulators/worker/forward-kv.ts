import { fromBase64, type KvOperation, toBase64 } from "#simulators/contract/storage-messages";

/** Does with the real binding what {@link KvOperation} says. */
export async function forwardKv(namespace: KVNamespace, call: KvOperation): Promise<unknown> {
  switch (call.operation) {
    case "get": {
      const value: unknown = await namespace.get(call.key, call.options as KVNamespaceGetOptions<"json">);
      return value instanceof ArrayBuffer ? toBase64(new Uint8Array(value)) : value;
    }
    case "put":
      return namespace.put(call.key, "text" in call ? call.text : fromBase64(call.base64), call.options);
    case "delete":
      return namespace.delete(call.key);
    case "list":
      return namespace.list(call.options);
  }
}
