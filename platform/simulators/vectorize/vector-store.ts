import type { VectorIndexOptions } from "#simulators/contract/binding-props";
import { indexedValues } from "./indexed-value.js";
import { VectorizeRefusal, vectorizeErrorCodes } from "./limits.js";
import type { Metadata, VectorRow } from "./parse-mutation.js";
import { VectorMemory, type VectorMatch, type VectorSearch } from "./vector-memory.js";

export type Mutation =
  | { readonly kind: "insert" | "upsert"; readonly vectors: readonly VectorRow[] }
  | { readonly kind: "delete"; readonly ids: readonly string[] };

export type StoredVector = VectorRow;

/** `describe()` of the binding. */
export interface IndexInfo {
  readonly vectorCount: number;
  readonly dimensions: number;
  readonly processedUpToDatetime: string | null;
  readonly processedUpToMutation: string | null;
}

interface SqlVector extends Record<string, SqlStorageValue> {
  id: string;
  namespace: string;
  vector: ArrayBuffer;
  metadata: string | null;
}

interface SqlPending extends SqlVector {
  seq: number;
  kind: string;
  mutation_id: string;
  visible_at: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS vectors (
    id TEXT PRIMARY KEY, namespace TEXT NOT NULL, vector BLOB NOT NULL, metadata TEXT
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS pending (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, visible_at INTEGER NOT NULL, mutation_id TEXT NOT NULL, kind TEXT NOT NULL,
    id TEXT NOT NULL, namespace TEXT NOT NULL, vector BLOB NOT NULL, metadata TEXT
  );
  CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL);
`;

/**
 * The vectors of one index: in SQLite, and all of them in memory for searching. A mutation waits in `pending` until
 * its time comes and is then applied, in the order of arrival, by whoever reads next.
 */
export class VectorStore {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  #memory: VectorMemory | undefined;
  #index: VectorIndexOptions | undefined;
  #openedFor = "";

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#sql.exec(schema);
  }

  /** Loads the vectors when the index is new here or its settings changed. */
  open(index: VectorIndexOptions): void {
    const settings = JSON.stringify(index);
    if (settings === this.#openedFor) return;
    this.#assertDimensions(index.dimensions);
    const memory = new VectorMemory(index.dimensions, index.metric);
    for (const row of this.#sql.exec<SqlVector>("SELECT id, namespace, vector, metadata FROM vectors")) {
      remember(memory, index, fromSql(row));
    }
    this.#memory = memory;
    this.#index = index;
    this.#openedFor = settings;
  }

  /** Keeps a mutation until `visibleAt`, or applies it at once when that is now and nothing waits before it. */
  mutate(mutation: Mutation, nowMs: number, visibleAt: number): string {
    const mutationId = crypto.randomUUID();
    this.#storage.transactionSync(() => {
      if (visibleAt > nowMs || this.#hasPending()) this.#enqueue(mutation, mutationId, visibleAt);
      else this.#apply(mutation, mutationId, nowMs);
    });
    return mutationId;
  }

  /** Applies the mutations whose time has come. A later one never overtakes an earlier one. */
  applyDue(nowMs: number): void {
    const due = this.#sql
      .exec<SqlPending>(
        `SELECT * FROM pending
         WHERE seq < COALESCE((SELECT MIN(seq) FROM pending WHERE visible_at > ?), 9e15) ORDER BY seq`,
        nowMs,
      )
      .toArray();
    if (due.length === 0) return;
    this.#storage.transactionSync(() => {
      for (const row of due) this.#apply(mutationOf(row), row.mutation_id, row.visible_at);
      this.#sql.exec("DELETE FROM pending WHERE seq <= ?", due.at(-1)?.seq ?? 0);
    });
  }

  get(ids: readonly string[]): StoredVector[] {
    return ids.flatMap((id) =>
      this.#sql
        .exec<SqlVector>("SELECT id, namespace, vector, metadata FROM vectors WHERE id = ?", id)
        .toArray()
        .map(fromSql),
    );
  }

  valuesOf(id: string): Float32Array | undefined {
    return this.#memory?.valuesOf(id);
  }

  search(search: VectorSearch): VectorMatch[] {
    return this.#memory?.search(search) ?? [];
  }

  info(): IndexInfo {
    return {
      vectorCount: this.#memory?.size ?? 0,
      dimensions: this.#index?.dimensions ?? 0,
      processedUpToDatetime: this.#state("processedAt") ?? null,
      processedUpToMutation: this.#state("processedMutation") ?? null,
    };
  }

  #apply(mutation: Mutation, mutationId: string, atMs: number): void {
    const { memory, index } = this.#opened();
    if (mutation.kind === "delete") {
      for (const id of mutation.ids) {
        this.#sql.exec("DELETE FROM vectors WHERE id = ?", id);
        memory.delete(id);
      }
    } else {
      for (const row of mutation.vectors) {
        if (mutation.kind === "insert" && memory.has(row.id)) continue;
        this.#sql.exec(
          "INSERT OR REPLACE INTO vectors (id, namespace, vector, metadata) VALUES (?, ?, ?, ?)",
          ...toSql(row),
        );
        remember(memory, index, row);
      }
    }
    this.#setState("processedMutation", mutationId);
    this.#setState("processedAt", new Date(atMs).toISOString());
  }

  #enqueue(mutation: Mutation, mutationId: string, visibleAt: number): void {
    const rows =
      mutation.kind === "delete"
        ? mutation.ids.map((id) => ({ id, namespace: "", values: new Float32Array(), metadata: undefined }))
        : mutation.vectors;
    for (const row of rows) {
      this.#sql.exec(
        `INSERT INTO pending (visible_at, mutation_id, kind, id, namespace, vector, metadata) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        visibleAt,
        mutationId,
        mutation.kind,
        ...toSql(row),
      );
    }
  }

  #hasPending(): boolean {
    return this.#sql.exec("SELECT 1 FROM pending LIMIT 1").toArray().length > 0;
  }

  /** An index keeps the dimensions it was created with ("Create indexes"); a changed setting needs a new index. */
  #assertDimensions(dimensions: number): void {
    const known = this.#state("dimensions");
    if (known === undefined) this.#setState("dimensions", String(dimensions));
    else if (Number(known) !== dimensions) {
      throw new VectorizeRefusal(
        vectorizeErrorCodes.vectorDimensions,
        `this index was created with ${known} dimensions and is now bound with ${dimensions}; use another index name or data folder`,
      );
    }
  }

  #opened(): { memory: VectorMemory; index: VectorIndexOptions } {
    if (this.#memory === undefined || this.#index === undefined) throw new Error("the index was not opened");
    return { memory: this.#memory, index: this.#index };
  }

  #state(key: string): string | undefined {
    return this.#sql.exec<{ value: string }>("SELECT value FROM state WHERE key = ?", key).toArray()[0]?.value;
  }

  #setState(key: string, value: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", key, value);
  }
}

function remember(memory: VectorMemory, index: VectorIndexOptions, row: VectorRow): void {
  const indexed = indexedValues(row.metadata, index.metadataIndexes);
  memory.set({ id: row.id, namespace: row.namespace, indexed }, row.values);
}

function toSql({ id, namespace, values, metadata }: VectorRow): [string, string, ArrayBuffer, string | null] {
  const blob = values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength) as ArrayBuffer;
  return [id, namespace, blob, metadata === undefined ? null : JSON.stringify(metadata)];
}

function fromSql({ id, namespace, vector, metadata }: SqlVector): VectorRow {
  const parsed = metadata === null ? undefined : (JSON.parse(metadata) as Metadata);
  return { id, namespace, values: new Float32Array(vector), metadata: parsed };
}

function mutationOf(row: SqlPending): Mutation {
  if (row.kind === "delete") return { kind: "delete", ids: [row.id] };
  return { kind: row.kind === "insert" ? "insert" : "upsert", vectors: [fromSql(row)] };
}
