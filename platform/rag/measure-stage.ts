import type { Clock } from "#base/clock";
import { toPlatformError } from "#base/errors";
import type { StageReport } from "#rag/search-response";

/** What a stage gave, or that it failed, and how long it took. */
export interface StageOutcome<T> {
  readonly items: readonly T[];
  readonly report: StageReport;
  /** What it threw, for the caller to decide on. */
  readonly failure: Error | undefined;
}

/** Runs one stage of a search and times it. Never throws: a search lives with the failure of one side. */
export async function measureStage<T>(
  clock: Clock,
  name: string,
  run: () => Promise<readonly T[]>,
): Promise<StageOutcome<T>> {
  const startMs = clock.nowMs();
  try {
    const items = await run();
    return { items, report: { name, ms: clock.nowMs() - startMs, count: items.length }, failure: undefined };
  } catch (thrown) {
    const failure = toPlatformError(thrown);
    return { items: [], report: { name, ms: clock.nowMs() - startMs, count: 0, error: failure.code }, failure };
  }
}
