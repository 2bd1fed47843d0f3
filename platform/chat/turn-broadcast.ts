import { encodeEvents } from "#base/server-sent-events";
import type { ChatEvent } from "#chat/chat-event";
import { formatEventId } from "#chat/event-id";

/** An event and its place in its turn, from 1. */
export interface PlacedEvent {
  readonly index: number;
  readonly event: ChatEvent;
}

/**
 * The events of one turn, kept so that any number of readers can follow them, each from its own place.
 * The turn never waits for a reader: one that is slow or gone does not slow it down.
 */
export class TurnBroadcast {
  readonly #events: PlacedEvent[] = [];
  readonly #onReaders: (count: number) => void;
  readonly #wakers = new Set<() => void>();
  #turn = 0;
  #isClosed = false;
  #readers = 0;

  /** `onReaders` is told how many readers follow, each time that changes while the turn runs. */
  constructor(onReaders: (count: number) => void = () => undefined) {
    this.#onReaders = onReaders;
  }

  /** A turn that has ended, to be read once more. */
  static replay(turn: number, events: readonly PlacedEvent[]): TurnBroadcast {
    const broadcast = new TurnBroadcast();
    broadcast.begin(turn);
    broadcast.#events.push(...events);
    broadcast.close();
    return broadcast;
  }

  /** Says which turn this is, before its first event: readers may wait for it already. */
  begin(turn: number): void {
    this.#turn = turn;
  }

  /** Place of the latest event; 0 before the first. */
  get lastIndex(): number {
    return this.#events.at(-1)?.index ?? 0;
  }

  /** Events after a place. */
  after(index: number): readonly PlacedEvent[] {
    return this.#events.slice(this.#positionAfter(index));
  }

  publish(event: ChatEvent): void {
    this.#events.push({ index: this.lastIndex + 1, event });
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** A stream of all events after a place, past ones first. Ends when the turn does. */
  follow(after = 0): ReadableStream<Uint8Array> {
    let next = this.#positionAfter(after);
    let leave = (): void => undefined;
    return new ReadableStream({
      type: "bytes",
      start: () => {
        leave = this.#enter();
      },
      pull: async (controller) => {
        while (next >= this.#events.length && !this.#isClosed) await this.#nextChange();
        const unread = this.#events.slice(next);
        if (unread.length === 0) {
          leave();
          controller.close();
          return;
        }
        next += unread.length;
        controller.enqueue(this.#encode(unread));
      },
      cancel: () => {
        leave();
      },
    });
  }

  #positionAfter(index: number): number {
    const position = this.#events.findIndex((placed) => placed.index > index);
    return position === -1 ? this.#events.length : position;
  }

  /** Several events as one chunk: a reader that is behind catches up in one step. */
  #encode(events: readonly PlacedEvent[]): Uint8Array {
    return encodeEvents(
      events.map(({ index, event: { event, data } }) => ({
        event,
        id: formatEventId({ turn: this.#turn, index }),
        data: JSON.stringify(data),
      })),
    );
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
