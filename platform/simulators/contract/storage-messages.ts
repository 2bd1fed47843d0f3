/** The messages between `remoteD1` or `remoteKv` in a node process and the control Worker in workerd. */

export interface SqlStatement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** Statements for one transaction, one statement by itself, or a script. */
export type D1Operation =
  | { readonly operation: "batch"; readonly statements: readonly SqlStatement[] }
  | { readonly operation: "all"; readonly statement: SqlStatement }
  | { readonly operation: "exec"; readonly script: string };

/** What `KVNamespace` takes; bytes are base64, also in the result. */
export type KvOperation =
  | { readonly operation: "get"; readonly key: string; readonly options: string | object }
  | ({ readonly operation: "put"; readonly key: string; readonly options: object } & KvValue)
  | { readonly operation: "delete"; readonly key: string }
  | { readonly operation: "list"; readonly options: object };

type KvValue = { readonly text: string } | { readonly base64: string };

/** One operation on a binding, which the control Worker has under {@link storageBindingName}. */
export type StorageRequest =
  | { readonly kind: "d1"; readonly binding: string; readonly call: D1Operation }
  | { readonly kind: "kv"; readonly binding: string; readonly call: KvOperation };

/** The control Worker has the KV and D1 bindings of all Workers: no binding's own name holds a slash. */
export function storageBindingName(workerName: string, binding: string): string {
  return `${workerName}/${binding}`;
}

export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
