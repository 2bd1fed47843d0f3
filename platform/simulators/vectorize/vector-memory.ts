import type { VectorMetric } from "#simulators/contract/binding-props";
import type { IndexedValue } from "./indexed-value.js";
import { type FilterTest, matchesFilter } from "./parse-filter.js";

/** What a search needs to know about a vector besides its values. */
export interface VectorEntry {
  readonly id: string;
  readonly namespace: string;
  readonly indexed: ReadonlyMap<string, IndexedValue>;
}

export interface VectorMatch {
  readonly entry: VectorEntry;
  readonly score: number;
}

export interface VectorSearch {
  readonly vector: Float32Array;
  readonly topK: number;
  readonly namespace: string | undefined;
  readonly filter: readonly FilterTest[];
}

/** Vectors per block of memory: 3 MiB at 768 dimensions, so that growing never copies what is there. */
const blockVectors = 1_024;

const noBlock = new Float32Array();

/**
 * All vectors of an index in memory, for exact search. 50,000 vectors of 768 dimensions take 150 MB and 50 to 150 ms
 * a search.
 */
export class VectorMemory {
  readonly #dimensions: number;
  readonly #metric: VectorMetric;
  readonly #blocks: Float32Array[] = [];
  readonly #norms: number[] = [];
  readonly #entries: VectorEntry[] = [];
  readonly #slots = new Map<string, number>();

  constructor(dimensions: number, metric: VectorMetric) {
    this.#dimensions = dimensions;
    this.#metric = metric;
  }

  get size(): number {
    return this.#entries.length;
  }

  has(id: string): boolean {
    return this.#slots.has(id);
  }

  valuesOf(id: string): Float32Array | undefined {
    const slot = this.#slots.get(id);
    return slot === undefined ? undefined : this.#valuesAt(slot);
  }

  /** Adds a vector, or replaces the one with the same id. */
  set(entry: VectorEntry, values: Float32Array): void {
    const slot = this.#slots.get(entry.id) ?? this.#entries.length;
    if (slot === this.#blocks.length * blockVectors) {
      this.#blocks.push(new Float32Array(blockVectors * this.#dimensions));
    }
    this.#valuesAt(slot).set(values);
    this.#norms[slot] = Math.sqrt(dot(values, values));
    this.#entries[slot] = entry;
    this.#slots.set(entry.id, slot);
  }

  /** Removes a vector; the last one takes its place. */
  delete(id: string): void {
    const slot = this.#slots.get(id);
    const last = this.#entries.at(-1);
    if (slot === undefined || last === undefined) return;
    const lastSlot = this.#entries.length - 1;
    this.#valuesAt(slot).set(this.#valuesAt(lastSlot));
    this.#norms[slot] = this.#norms[lastSlot] ?? 0;
    this.#entries[slot] = last;
    this.#slots.set(last.id, slot);
    this.#slots.delete(id);
    this.#entries.pop();
    this.#norms.pop();
  }

  /** The closest vectors, best first; equal scores in the order of their ids. */
  search({ vector, topK, namespace, filter }: VectorSearch): VectorMatch[] {
    const queryNorm = Math.sqrt(dot(vector, vector));
    const better = this.#metric === "cosine" ? 1 : -1;
    const best: VectorMatch[] = [];
    for (let slot = 0; slot < this.#entries.length; slot += 1) {
      const entry = this.#entries[slot];
      if (entry === undefined) continue;
      if (namespace !== undefined && entry.namespace !== namespace) continue;
      if (filter.length > 0 && !matchesFilter(filter, entry.indexed)) continue;
      keepBest(best, { entry, score: this.#score(slot, vector, queryNorm) }, topK, better);
    }
    return best;
  }

  #score(slot: number, vector: Float32Array, queryNorm: number): number {
    const block = this.#blocks[Math.floor(slot / blockVectors)] ?? noBlock;
    const start = (slot % blockVectors) * this.#dimensions;
    switch (this.#metric) {
      case "cosine": {
        const norms = queryNorm * (this.#norms[slot] ?? 0);
        return norms === 0 ? 0 : dotAt(block, start, vector) / norms;
      }
      case "euclidean":
        return distanceAt(block, start, vector);
      case "dot-product":
        // "Distance metrics": the service gives the negative dot product, so smaller is closer.
        return -dotAt(block, start, vector);
    }
  }

  #valuesAt(slot: number): Float32Array {
    const block = this.#blocks[Math.floor(slot / blockVectors)];
    const start = (slot % blockVectors) * this.#dimensions;
    return block?.subarray(start, start + this.#dimensions) ?? new Float32Array(this.#dimensions);
  }
}

/** Keeps `best` sorted and no longer than `topK`. `better` is 1 when a larger score is closer, -1 otherwise. */
function keepBest(best: VectorMatch[], match: VectorMatch, topK: number, better: 1 | -1): void {
  const comesBefore = (a: VectorMatch, b: VectorMatch): boolean =>
    a.score === b.score ? a.entry.id < b.entry.id : (a.score - b.score) * better > 0;
  const last = best.at(-1);
  if (best.length === topK && last !== undefined && !comesBefore(match, last)) return;
  let at = best.length;
  for (let previous = best[at - 1]; previous !== undefined && comesBefore(match, previous); previous = best[at - 1])
    at -= 1;
  best.splice(at, 0, match);
  if (best.length > topK) best.pop();
}

function dot(a: Float32Array, b: Float32Array): number {
  return dotAt(a, 0, b);
}

/** The product of `vector` with the values of `block` from `start` on; four sums at a time, which is faster. */
function dotAt(block: Float32Array, start: number, vector: Float32Array): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  const { length } = vector;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    sum0 += (block[start + i] ?? 0) * (vector[i] ?? 0);
    sum1 += (block[start + i + 1] ?? 0) * (vector[i + 1] ?? 0);
    sum2 += (block[start + i + 2] ?? 0) * (vector[i + 2] ?? 0);
    sum3 += (block[start + i + 3] ?? 0) * (vector[i + 3] ?? 0);
  }
  for (; i < length; i += 1) sum0 += (block[start + i] ?? 0) * (vector[i] ?? 0);
  return sum0 + sum1 + sum2 + sum3;
}

function distanceAt(block: Float32Array, start: number, vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i += 1) sum += ((block[start + i] ?? 0) - (vector[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
}
