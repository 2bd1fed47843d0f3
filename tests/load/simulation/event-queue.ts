/** Something that happens at a time. */
interface Event {
  readonly atMs: number;
  /** Of events at the same time, the one that was planned first comes first: a run is the same each time. */
  readonly order: number;
  readonly act: () => void;
}

/** Virtual time: it jumps from one event to the next. */
export class EventQueue {
  /** A heap: each event is due no later than its two children. */
  readonly #heap: Event[] = [];
  #order = 0;
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, act: () => void): void {
    const heap = this.#heap;
    heap.push({ atMs: Math.max(atMs, this.#nowMs), order: this.#order++, act });
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!isBefore(heap[child], heap[parent])) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Lets everything happen, also what it plans itself. */
  run(): void {
    for (let event = this.#take(); event !== undefined; event = this.#take()) {
      this.#nowMs = event.atMs;
      event.act();
    }
  }

  #take(): Event | undefined {
    const heap = this.#heap;
    if (heap.length < 2) return heap.pop();
    this.#swap(0, heap.length - 1);
    const first = heap.pop();
    for (let parent = 0; ;) {
      const left = 2 * parent + 1;
      const child = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
      if (!isBefore(heap[child], heap[parent])) return first;
      this.#swap(child, parent);
      parent = child;
    }
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}

function isBefore(a: Event | undefined, b: Event | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
