import type { NamedResult } from "#tests/load/scenario";
import type { Plot } from "#tests/load/report/line-plot";
import type { LoadClient } from "#tests/load/profiles/load-client";

/** The product that is under load. */
export interface Subject {
  readonly client: LoadClient;
  /** Sets a feature flag of its tenant. Absent where the program cannot reach the settings. */
  readonly setFlag?: (flag: "openaiApi", value: boolean) => Promise<void>;
}

/** How a profile is run. */
export interface ProfileRun {
  readonly subject: Subject;
  /** By how much the profile's own rates and times are multiplied. */
  readonly rateFactor: number;
  readonly timeFactor: number;
  readonly seed: number;
  readonly progress: (text: string) => void;
}

/** What came of a run. The targets of its results are the thresholds: one that is missed fails the run. */
export interface ProfileOutcome {
  readonly results: readonly NamedResult[];
  readonly plots: readonly Plot[];
  /** Everything that was measured, for programs. */
  readonly raw: unknown;
}

/** A way to load the product. */
export interface Profile {
  readonly name: string;
  readonly about: string;
  /** About how many requests it sends, and for how long. */
  size(run: Pick<ProfileRun, "rateFactor" | "timeFactor">): { readonly requests: number; readonly seconds: number };
  run(run: ProfileRun): Promise<ProfileOutcome>;
}
