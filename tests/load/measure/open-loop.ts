import type { Arrival } from "#tests/load/measure/arrivals";

/** Time, so that a test can let it pass. */
export interface LoopClock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

/** What came of an arrival. Times in milliseconds since the run began. */
export interface Outcome extends Arrival {
  /** When it was sent: later than it was due only when the sender itself was late. */
  readonly sentMs: number;
  /** When the first piece of an answer came that comes in pieces. */
  readonly firstMs?: number;
  readonly endMs: number;
  /** Why it failed; absent when the answer was what it must be. */
  readonly failure?: string;
}

/** Sends a request; answers how long its first piece took, milliseconds, if it comes in pieces. Rejects when it failed. */
export type SendArrival = (arrival: Arrival) => Promise<{ readonly firstMs?: number }>;

export interface OpenLoopOptions {
  readonly clock: LoopClock;
  /** With so many requests open a further one is not sent and has failed: the server is lost, and this machine must not be. */
  readonly maxOpen: number;
  readonly onSent?: (open: number) => void;
}

/** Why a request was not sent. */
export const NOT_SENT = "not sent: too many were open";

/**
 * Sends each request when it is due, whether or not earlier ones are answered, and waits for all of them. Times count from
 * when a request was due: what waits behind a stall shows it (without that, "coordinated omission" would hide it).
 */
export async function runOpenLoop(
  arrivals: readonly Arrival[],
  send: SendArrival,
  { clock, maxOpen, onSent = () => undefined }: OpenLoopOptions,
): Promise<readonly Outcome[]> {
  const startMs = clock.nowMs();
  const passedMs = (): number => clock.nowMs() - startMs;
  const outcomes: Promise<Outcome>[] = [];
  let open = 0;
  for (const arrival of arrivals) {
    const waitMs = arrival.dueMs - passedMs();
    if (waitMs > 0) await clock.sleep(waitMs);
    const sentMs = passedMs();
    if (open >= maxOpen) {
      outcomes.push(Promise.resolve({ ...arrival, sentMs, endMs: sentMs, failure: NOT_SENT }));
      continue;
    }
    open++;
    onSent(open);
    const end = (more: Partial<Outcome>): Outcome => {
      open--;
      return { ...arrival, sentMs, endMs: passedMs(), ...more };
    };
    outcomes.push(
      send(arrival).then(
        ({ firstMs }) => end(firstMs === undefined ? {} : { firstMs: sentMs + firstMs }),
        (error: unknown) => end({ failure: error instanceof Error ? error.message : String(error) }),
      ),
    );
  }
  return Promise.all(outcomes);
}
