import { encodeEvents } from "#base/server-sent-events";
import type { ChatEvent } from "#chat/chat-event";
import { formatEventId } from "#chat/event-id";

const encoder = new TextEncoder();

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
    broadcast.begin(turn, events);
    broadcast.close();
    return broadcast;
  }

  /** Says which turn this is, and what of it has been, before its next event: readers may wait for it already. */
  begin(turn: number, past: readonly PlacedEvent[] = []): void {
    this.#turn = turn;
    this.#events.push(...past);
  }

  /** Place of the latest event; 0 before the first. */
  get lastIndex(): number {
    return this.#events.at(-1)?.index ?? 0;
  }

  /** Events after a place. */
  after(index: number): readonly PlacedEvent[] {
    return this.#events.slice(this.#positionAfter(index));
  }

  /** Adds events. The last of a turn reach the readers when it closes, which is next. */
  publish(events: readonly ChatEvent[]): void {
    for (const event of events) this.#events.push({ index: this.lastIndex + 1, event });
    if (this.#events.at(-1)?.event.event !== "done") this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** A stream of all events after a place, past ones first. Ends when the turn does. */
  follow(after = 0): ReadableStream<Uint8Array> {
    let position = this.#positionAfter(after);
    return this.#stream(() => {
      const unread = this.#events.slice(position);
      position += unread.length;
      return unread.length === 0 ? undefined : this.#encode(unread);
    });
  }

  /** A stream of one chunk: what `render` makes of all events, once the turn has ended. */
  followWhole(render: (events: readonly ChatEvent[]) => string): ReadableStream<Uint8Array> {
    let isRendered = false;
    return this.#stream(() => {
      if (!this.#isClosed || isRendered) return undefined;
      isRendered = true;
      return encoder.encode(render(this.#events.map(({ event }) => event)));
    });
  }

  /** A reader's stream: `take` gives what is new to it. */
  #stream(take: () => Uint8Array | undefined): ReadableStream<Uint8Array> {
    let leave = (): void => undefined;
    return new ReadableStream({
      type: "bytes",
      start: () => {
        leave = this.#enter();
      },
      pull: async (controller) => {
        let chunk = take();
        while (chunk === undefined && !this.#isClosed) {
          await this.#nextChange();
          chunk = take();
        }
        if (chunk !== undefined) controller.enqueue(chunk);
        // At once: to be asked for what never comes would cost the reader a round trip.
        if (!this.#isClosed) return;
        leave();
        controller.close();
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
