import type { VectorIndexOptions } from "#simulators/contract/binding-props";
import { VectorizeRefusal, byteLength, vectorizeErrorCodes as codes, vectorizeLimits as limits } from "./limits.js";

export type Metadata = Readonly<Record<string, unknown>>;

/** One vector of an insert or upsert that was found valid. */
export interface VectorRow {
  readonly id: string;
  readonly values: Float32Array;
  readonly namespace: string;
  readonly metadata: Metadata | undefined;
}

/**
 * Reads the body of `insert` or `upsert`: one JSON object per line. The whole batch is refused for one bad vector.
 *
 * @throws VectorizeRefusal
 */
export function parseVectors(body: string, index: VectorIndexOptions): VectorRow[] {
  if (body.length > limits.maxUploadBytes) {
    throw new VectorizeRefusal(codes.parseMutation, "payload too large; max is 100 MB", 413);
  }
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  if (lines.length > limits.maxMutationVectors) {
    throw new VectorizeRefusal(
      codes.vectorId,
      `too many vectors in payload; max vector count is ${limits.maxMutationVectors}, got ${lines.length}`,
    );
  }
  return lines.map((line) => parseVector(line, index));
}

function parseVector(line: string, index: VectorIndexOptions): VectorRow {
  const vector = parseLine(line);
  const { id, values, namespace, metadata } = vector;
  if (typeof id !== "string" || !isNumbers(values)) throw unparsable("a vector needs a string id and numeric values");
  assertIdFits(id);
  if (values.length !== index.dimensions) {
    throw new VectorizeRefusal(
      codes.vectorDimensions,
      `invalid vector for id="${id}", expected ${index.dimensions} dimensions, and got ${values.length} dimensions`,
    );
  }
  return {
    id,
    values: Float32Array.from(values),
    namespace: checkNamespace(namespace),
    metadata: checkMetadata(id, metadata),
  };
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  let vector: unknown;
  try {
    vector = JSON.parse(line);
  } catch {
    throw unparsable();
  }
  if (typeof vector !== "object" || vector === null) throw unparsable();
  // A lone surrogate has no UTF-8 form: the live service cannot decode its JSON escape and refuses the batch.
  if (/\\u[dD][89a-fA-F]/.test(line) && hasLoneSurrogate(vector)) throw unparsable();
  return vector as Record<string, unknown>;
}

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === "string") return !value.isWellFormed();
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, entry]) => !key.isWellFormed() || hasLoneSurrogate(entry));
}

function unparsable(reason?: string): VectorizeRefusal {
  const detail = reason === undefined ? "" : `: ${reason}`;
  return new VectorizeRefusal(codes.parseMutation, `failed to parse upsert vectors request in json format${detail}`);
}

function isNumbers(values: unknown): values is number[] {
  return Array.isArray(values) && values.every((value) => typeof value === "number");
}

/** @throws VectorizeRefusal when an id is empty or too long. */
export function assertIdFits(id: string): void {
  const bytes = byteLength(id);
  if (bytes > limits.maxIdBytes) {
    throw new VectorizeRefusal(codes.vectorId, `id too long; max is ${limits.maxIdBytes} bytes, got ${bytes} bytes`);
  }
  if (bytes === 0) throw new VectorizeRefusal(codes.vectorId, "id must not be empty");
}

function checkNamespace(namespace: unknown): string {
  if (namespace === undefined || namespace === null) return "";
  if (typeof namespace !== "string") throw unparsable("namespace must be a string");
  assertNamespaceFits(namespace);
  return namespace;
}

/** @throws VectorizeRefusal when a namespace is too long. */
export function assertNamespaceFits(namespace: string): void {
  const bytes = byteLength(namespace);
  if (bytes > limits.maxNamespaceBytes) {
    throw new VectorizeRefusal(
      codes.vectorId,
      `namespace too long; max is ${limits.maxNamespaceBytes} bytes, got ${bytes} bytes`,
    );
  }
}

function checkMetadata(id: string, metadata: unknown): Metadata | undefined {
  if (metadata === undefined || metadata === null) return undefined;
  if (typeof metadata !== "object" || Array.isArray(metadata)) throw unparsable("metadata must be an object");
  const bytes = byteLength(JSON.stringify(metadata));
  if (bytes > limits.maxMetadataBytes) {
    throw new VectorizeRefusal(
      codes.vectorId,
      `metadata too large for id="${id}"; max is ${limits.maxMetadataBytes} bytes, got ${bytes} bytes`,
    );
  }
  for (const key of keysOf(metadata)) assertMetadataKey(id, key);
  return metadata as Metadata;
}

function* keysOf(value: object): Generator<string> {
  for (const [key, entry] of Object.entries(value)) {
    yield key;
    if (typeof entry === "object" && entry !== null && !Array.isArray(entry)) yield* keysOf(entry as object);
  }
}

/** Insert vectors: keys "cannot be empty, contain the dot character, the double-quote character, or start with $". */
function assertMetadataKey(id: string, key: string): void {
  if (key !== "" && !key.startsWith("$") && !key.includes(".") && !key.includes('"')) return;
  throw new VectorizeRefusal(
    codes.vectorId,
    `invalid metadata key ${JSON.stringify(key)} for id="${id}"; keys cannot be empty, start with $, or contain . or "`,
  );
}
