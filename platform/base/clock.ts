/** The current time, handed in wherever a decision depends on it, so that tests can choose it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
}

/** The time of the machine. In workerd it stands still between two I/O operations. */
export const systemClock: Clock = { nowMs: () => Date.now() };
