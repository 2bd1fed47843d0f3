/** Says which resource a binding's request is for: `kv/<namespace id>` or `d1/<database id>`. */
export const STORAGE_RESOURCE_HEADER = "x-simulator-resource";
/** Proves that a request comes from a Worker's binding. */
export const STORAGE_SECRET_HEADER = "x-simulator-secret";

/** A KV namespace or D1 database that another process on this machine serves. */
export interface RemoteStorageProps {
  readonly kind: "remote-kv" | "remote-d1";
  /** `127.0.0.1:port` */
  readonly address: string;
  readonly secret: string;
  /** Id of the namespace or database. */
  readonly id: string;
}
