import type { KvOperation } from "#simulators/contract/storage-messages";

/** Does with the real binding what {@link KvOperation} says. */
export function forwardKv(namespace: KVNamespace, call: KvOperation): Promise<unknown> {
  switch (call.operation) {
    case "get":
      return namespace.get(call.key, call.options as KVNamespaceGetOptions<"json">);
    case "put":
      return namespace.put(call.key, call.value, call.options);
    case "delete":
      return namespace.delete(call.key);
    case "list":
      return namespace.list(call.options);
  }
}
