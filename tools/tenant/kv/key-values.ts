/** What is stored beside a value: small, and listed without reading it. */
export type Metadata = Readonly<Record<string, string | number>>;

/** A key that is stored. */
export interface StoredKey {
  readonly key: string;
  readonly metadata?: Metadata;
}

/**
 * A KV namespace of one tenant's environment, wherever it is: on this machine, or in an account. Keys are built by
 * `scopedKey` and its like alone.
 */
export interface KeyValues {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string, metadata?: Metadata): Promise<void>;
  /** A key that is not there is no failure. */
  delete(key: string): Promise<void>;
  /** All keys that begin so, sorted. */
  list(prefix: string): Promise<readonly StoredKey[]>;
}
