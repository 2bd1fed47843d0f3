import { setTimeout as sleep } from "node:timers/promises";

import { ApiError, NetworkError } from "#tools/tenant/client/tenant-client";

const MAX_ATTEMPTS = 6;
/** Pause after the first failure, milliseconds; doubled after each further one. */
const FIRST_PAUSE_MS = 300;

/** What of a call is no reason to give up. */
export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Statuses that are as good as success, and answer `undefined`. */
  readonly accepted?: readonly number[];
  /** The first call to an address: if nobody answers there, the address is wrong. */
  readonly isFirst?: boolean;
}

/**
 * Makes a call again when it may succeed later: too many requests, failures of the server or of the way to it.
 * Waits as long as the Worker says.
 *
 * @throws the last attempt's error; the signal's reason when it is aborted.
 */
export async function withRetries(
  call: () => Promise<unknown>,
  { signal, accepted = [], isFirst = false }: RetryOptions = {},
): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (error instanceof ApiError && accepted.includes(error.status)) return undefined;
      if (isFirst && error instanceof NetworkError) throw error;
      if (!mayPass(error) || attempt === MAX_ATTEMPTS) throw error;
      const told = error instanceof ApiError ? error.retryAfterSeconds : undefined;
      const pauseMs = told === undefined ? FIRST_PAUSE_MS * 2 ** (attempt - 1) : told * 1_000;
      await sleep(pauseMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof NetworkError) return true;
  if (!(error instanceof ApiError)) return false;
  // A budget is used up until tomorrow or next month.
  return error.code !== "budget_exceeded" && (error.status === 429 || error.status >= 500);
}
