import { encodeEvent } from "#base/server-sent-events";
import type { ChatEvent } from "#chat/chat-event";

/**
 * The events of one running turn, kept so that any number of readers can follow them, each from its own place.
 * The turn never waits for a reader: one that is slow or gone does not slow it down.
 */
export class TurnBroadcast {
  readonly #events: Uint8Array[] = [];
  readonly #onReaders: (count: number) => void;
  readonly #wakers = new Set<() => void>();
  #isClosed = false;
  #readers = 0;

  /** `onReaders` is told how many readers follow, each time that changes while the turn runs. */
  constructor(onReaders: (count: number) => void) {
    this.#onReaders = onReaders;
  }

  /** Adds an event under the next id: 1, 2, 3 … */
  publish({ event, data }: ChatEvent): void {
    const id = String(this.#events.length + 1);
    this.#events.push(encodeEvent({ event, id, data: JSON.stringify(data) }));
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** A stream of all events after id `after`, past ones first. Ends when the turn does. */
  follow(after = 0): ReadableStream<Uint8Array> {
    let next = after;
    let leave = (): void => undefined;
    return new ReadableStream({
      type: "bytes",
      start: () => {
        leave = this.#enter();
      },
      pull: async (controller) => {
        while (next >= this.#events.length && !this.#isClosed) await this.#nextChange();
        const event = this.#events[next];
        if (event === undefined) {
          leave();
          controller.close();
          return;
        }
        next += 1;
        // A copy: enqueueing hands the buffer over, and other readers need it too.
        controller.enqueue(event.slice());
      },
      cancel: () => {
        leave();
      },
    });
  }

  #enter(): () => void {
    this.#onReaders(++this.#readers);
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.#readers -= 1;
      if (!this.#isClosed) this.#onReaders(this.#readers);
    };
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => this.#wakers.add(resolve));
  }

  #wake(): void {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const wake of wakers) wake();
  }
}
