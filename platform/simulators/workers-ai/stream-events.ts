/** One event of a model's stream. */
export interface StreamedEvent {
  /** What follows `data: `; a string as it is, anything else as JSON. */
  readonly data: unknown;
  /** Whether it is a piece of the answer, which the delay and the faults count. */
  readonly isToken: boolean;
}

export interface StreamOptions {
  /** Pause before each token, milliseconds. */
  readonly delayMs: number;
  /** Breaks or stalls the stream after so many tokens. */
  readonly fault?: { readonly kind: "cut" | "stall"; readonly afterTokens: number } | undefined;
  onToken(): void;
  /** Called once: at the end, when the stream broke, or when the reader went away. */
  onEnd(how: "complete" | "aborted" | "broken"): void;
}

/** Longer than any caller waits. workerd ends a request at once when it can see that nothing will ever wake it. */
export const foreverMs = 3_600_000;

/** Time for what was sent to arrive before the stream breaks: an error overtakes what is still under way. */
export const flushMs = 20;

const encoder = new TextEncoder();

/**
 * The events as the body of an answer: as text when all are at hand and nothing delays or breaks them, which costs a
 * fraction of a stream; else as a stream.
 */
export function eventBody(
  events: readonly StreamedEvent[],
  options: StreamOptions,
): ReadableStream<Uint8Array> | string {
  if (options.delayMs > 0 || options.fault !== undefined) return streamEvents([events], options);
  for (const { isToken } of events) if (isToken) options.onToken();
  options.onEnd("complete");
  return eventsText(events);
}

/**
 * The events as `text/event-stream` bytes. With a delay each is a chunk of its own; without one, events that come together
 * are sent together, as a fast model's are. Nothing is produced before somebody reads, and a reader that goes away stops
 * the production.
 */
export function streamEvents(
  batches: AsyncIterable<readonly StreamedEvent[]> | Iterable<readonly StreamedEvent[]>,
  options: StreamOptions,
): ReadableStream<Uint8Array> {
  const source = Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : asyncIterator(batches);
  const { delayMs, fault } = options;
  let waiting: readonly StreamedEvent[] = [];
  let tokens = 0;
  let isEnded = false;
  const end = (how: "complete" | "aborted" | "broken"): void => {
    if (!isEnded) options.onEnd(how);
    isEnded = true;
  };
  /** Takes what is to be sent as one chunk. */
  const take = (): readonly StreamedEvent[] => {
    const mostTokens = (fault?.afterTokens ?? Infinity) - tokens;
    const count = delayMs > 0 ? 1 : countUpTo(waiting, mostTokens);
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (fault !== undefined && tokens >= fault.afterTokens) {
          await pause(fault.kind === "stall" ? foreverMs : flushMs);
          end("broken");
          controller.error(new Error("the model's stream broke"));
          return;
        }
        while (waiting.length === 0) {
          const next = await source.next().catch((error: unknown) => ({ error }));
          if ("error" in next) {
            end("broken");
            controller.error(next.error);
            return;
          }
          if (next.done === true) {
            end("complete");
            controller.close();
            return;
          }
          waiting = next.value;
        }
        const events = take();
        if (events.some(({ isToken }) => isToken)) await pause(delayMs);
        for (const { isToken } of events) {
          if (!isToken) continue;
          tokens += 1;
          options.onToken();
        }
        controller.enqueue(encoder.encode(eventsText(events)));
      },
      cancel() {
        end("aborted");
        // Not awaited: it waits for the next event, which a stalled source may never give.
        void source.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** How many of the first events hold at most so many tokens. */
function countUpTo(events: readonly StreamedEvent[], mostTokens: number): number {
  let tokens = 0;
  const last = events.findIndex(({ isToken }) => isToken && ++tokens >= mostTokens);
  return last === -1 ? events.length : last + 1;
}

/** Waits; not at all for 0. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise<void>((resolve) => setTimeout(resolve, ms));
}

function eventsText(events: readonly StreamedEvent[]): string {
  let text = "";
  for (const { data } of events) text += `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
  return text;
}

/** The items of a sequence, one microtask each. */
function asyncIterator<Item>(items: Iterable<Item>): AsyncIterator<Item> {
  const iterator = items[Symbol.iterator]();
  return { next: () => Promise.resolve(iterator.next()) };
}
