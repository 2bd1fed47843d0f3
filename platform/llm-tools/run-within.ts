import { PlatformError } from "#base/errors";

/**
 * Runs work that ends in time: when the time is over or the caller leaves, its signal is aborted, and whoever waits is
 * told at once, whether or not the work heeds it. The signal is aborted at the end in any case, so that nothing that the
 * work has left behind goes on.
 *
 * @throws PlatformError `tool_timeout`; the reason of the caller's signal; whatever the work throws.
 */
export async function runWithin(
  timeoutMs: number,
  callerSignal: AbortSignal | undefined,
  work: (signal: AbortSignal) => unknown,
): Promise<unknown> {
  callerSignal?.throwIfAborted();
  const own = new AbortController();
  const signal = callerSignal === undefined ? own.signal : AbortSignal.any([own.signal, callerSignal]);
  const timer = setTimeout(
    () => own.abort(new PlatformError("tool_timeout", `The tool took longer than ${timeoutMs} ms and was stopped.`)),
    timeoutMs,
  );
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(asError(signal.reason)), { once: true });
  });
  try {
    return await Promise.race([Promise.resolve(work(signal)), stopped]);
  } catch (error) {
    // What the work throws when it is aborted says less than why it was.
    throw own.signal.aborted ? asError(own.signal.reason) : error;
  } finally {
    clearTimeout(timer);
    // Nobody waits for it any more.
    stopped.catch(() => undefined);
    own.abort();
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}
