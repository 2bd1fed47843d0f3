import type { Plot } from "#tests/load/report/line-plot";
import { isMet, type NamedResult, type Target } from "#tests/load/scenario";

/** A run of a profile, as it is written as JSON. */
export interface LoadReport {
  readonly profile: string;
  readonly about: string;
  /** What was loaded. */
  readonly target: string;
  readonly startedAt: string;
  /** From where it was loaded. */
  readonly machine: string;
  readonly seed: number;
  readonly results: readonly NamedResult[];
  readonly plots: readonly Plot[];
  readonly raw: unknown;
}

/** The thresholds that a run has missed. One whose value is not known is missed. */
export function missedTargets({ results }: Pick<LoadReport, "results">): readonly Target[] {
  return results.flatMap(({ targets }) => targets.filter((target) => !isMet(target)));
}
