import type { VectorIndexOptions } from "#simulators/contract/binding-props";

/** A KV namespace. */
export interface NamespaceRecord {
  readonly id: string;
  readonly title: string;
}

/** A D1 database. */
export interface DatabaseRecord {
  readonly uuid: string;
  readonly name: string;
  readonly created_at: string;
}

/** A Vectorize index. */
export interface IndexRecord {
  readonly name: string;
  readonly description: string;
  readonly created_on: string;
  readonly modified_on: string;
  readonly options: VectorIndexOptions;
}

/** An AI Gateway: its settings as they were sent. */
export type GatewayRecord = Readonly<Record<string, unknown>> & { readonly id: string };
