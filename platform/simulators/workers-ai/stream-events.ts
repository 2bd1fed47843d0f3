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
const flushMs = 20;

const encoder = new TextEncoder();

/**
 * The events as `text/event-stream` bytes, one chunk each. Nothing is produced before somebody reads, and a reader
 * that goes away stops the production.
 */
export function streamEvents(
  events: AsyncIterable<StreamedEvent> | Iterable<StreamedEvent>,
  options: StreamOptions,
): ReadableStream<Uint8Array> {
  const iterator = Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : asyncIterator(events);
  let tokens = 0;
  let isEnded = false;
  const end = (how: "complete" | "aborted" | "broken"): void => {
    if (!isEnded) options.onEnd(how);
    isEnded = true;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (options.fault !== undefined && tokens >= options.fault.afterTokens) {
          await pause(options.fault.kind === "stall" ? foreverMs : flushMs);
          end("broken");
          controller.error(new Error("the model's stream broke"));
          return;
        }
        const next = await iterator.next().catch((error: unknown) => ({ error }));
        if ("error" in next) {
          end("broken");
          controller.error(next.error);
        } else if (next.done === true) {
          end("complete");
          controller.close();
        } else {
          if (next.value.isToken) {
            await pause(options.delayMs);
            tokens += 1;
            options.onToken();
          }
          controller.enqueue(encodeEvent(next.value.data));
        }
      },
      cancel() {
        end("aborted");
        // Not awaited: it waits for the next event, which a stalled source may never give.
        void iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Waits; not at all for 0. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise<void>((resolve) => setTimeout(resolve, ms));
}

function encodeEvent(data: unknown): Uint8Array {
  return encoder.encode(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
}

/** The events of a sequence, one microtask each. */
function asyncIterator(events: Iterable<StreamedEvent>): AsyncIterator<StreamedEvent> {
  const iterator = events[Symbol.iterator]();
  return { next: () => Promise.resolve(iterator.next()) };
}
