import { CALLS_PATH, type CallsMade } from "#worker/testing/counted-env";
import type { TestWorker } from "#worker/testing/start-test-worker";

/** Names of the calls of bindings since the last look. */
export async function takeCallsMade(worker: TestWorker): Promise<readonly string[]> {
  return (await look(worker)).calls;
}

/** Looks without a new call after which nothing comes any more: while calls are under way, and when none is. */
const PATIENCE = { running: 20, none: 3 };

/** The same once what goes on behind an answer is over. */
export async function settledCalls(worker: TestWorker, lookMs = 15): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let quiet = 0, patience = PATIENCE.none; quiet < patience; quiet++) {
    const { calls, running } = await look(worker);
    seen.push(...calls);
    if (calls.length > 0) quiet = 0;
    patience = running > 0 ? PATIENCE.running : PATIENCE.none;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return seen;
}

async function look(worker: TestWorker): Promise<CallsMade> {
  return JSON.parse((await worker.call(CALLS_PATH)).text) as CallsMade;
}
