/** A part of a run, in which the rate goes in a straight line from one value to another. */
export interface Stage {
  readonly name: string;
  readonly seconds: number;
  /** Arrivals per second at its beginning and at its end. */
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** When a request is due, in milliseconds since the run began, and what it asks. */
export interface Arrival {
  readonly dueMs: number;
  readonly stage: string;
  readonly kind: string;
}

/**
 * When requests arrive: a Poisson process whose rate follows the stages, as many users who do not know of each other make it.
 * Thinning (Lewis and Shedler, 1979): arrivals at the highest rate, each kept with the share that the rate has of it there.
 * `mix` weighs the kinds. Pure: the same random numbers give the same arrivals.
 */
export function planArrivals(
  stages: readonly Stage[],
  mix: Readonly<Record<string, number>>,
  random: () => number,
): readonly Arrival[] {
  const highest = Math.max(...stages.flatMap(({ fromPerSecond, toPerSecond }) => [fromPerSecond, toPerSecond]));
  const arrivals: Arrival[] = [];
  let startSeconds = 0;
  for (const { name, seconds, fromPerSecond, toPerSecond } of stages) {
    for (let at = 0; (at -= Math.log(1 - random()) / highest) < seconds;) {
      const rate = fromPerSecond + ((toPerSecond - fromPerSecond) * at) / seconds;
      if (random() * highest < rate)
        arrivals.push({ dueMs: (startSeconds + at) * 1_000, stage: name, kind: chooseKind(mix, random()) });
    }
    startSeconds += seconds;
  }
  return arrivals;
}

/** The kind at a place from 0 to 1, if each takes as much room as it weighs. */
function chooseKind(mix: Readonly<Record<string, number>>, place: number): string {
  const kinds = Object.entries(mix);
  let rest = place * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  return kinds.find(([, weight]) => (rest -= weight) < 0)?.[0] ?? kinds[0]?.[0] ?? "";
}
