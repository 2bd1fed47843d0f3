/** A map that forgets its oldest entries rather than grow beyond `maxSize`; `onEvict` is told of them. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #maxSize: number;
  readonly #onEvict: (value: Value) => void;

  constructor(maxSize: number, onEvict: (value: Value) => void = () => undefined) {
    this.#maxSize = maxSize;
    this.#onEvict = onEvict;
  }

  /** The value of a key, made when there is none. */
  getOrMake(key: string, make: () => Value): Value {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const value = make();
    this.set(key, value);
    return value;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    this.#entries.set(key, value);
    const oldest = this.#entries.size > this.#maxSize ? this.#entries.entries().next().value : undefined;
    if (oldest === undefined) return;
    this.#entries.delete(oldest[0]);
    this.#onEvict(oldest[1]);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#entries.entries();
  }
}
