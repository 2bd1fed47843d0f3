import type { Servers } from "#tests/load/servers/servers";

/** What a scenario may use. */
export interface Bench {
  readonly servers: Servers;
  /** How long to measure each of its subjects, seconds. */
  readonly seconds: number;
  readonly progress: (text: string) => void;
}

/** A measured value that is promised. */
export interface Target {
  readonly what: string;
  readonly value: number;
  /** Empty where things are counted. */
  readonly unit: "ms" | "s" | "/s" | "kB" | "%" | "";
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface ScenarioResult {
  /** Heads of the columns after the first, with their units. */
  readonly columns: readonly string[];
  /** One per subject. NaN: not measured for it. */
  readonly rows: readonly { readonly subject: string; readonly cells: readonly number[] }[];
  readonly targets: readonly Target[];
}

/** The figures of one question, under its name. */
export interface NamedResult extends ScenarioResult {
  readonly name: string;
  /** What is measured, in a line. */
  readonly about: string;
}

/** One question to the machine. Throws when an answer is not what it must be: a fast wrong answer counts for nothing. */
export interface Scenario {
  readonly name: string;
  /** What is measured, in a line. */
  readonly about: string;
  run(bench: Bench): Promise<ScenarioResult>;
}

/** Whether a target is met. NaN never is. */
export function isMet({ value, atMost = Infinity, atLeast = -Infinity }: Target): boolean {
  return value <= atMost && value >= atLeast;
}
