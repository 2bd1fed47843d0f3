/** An axis of values from 0: where its lines are. The last one is at or above all values. */
export function valueTicks(max: number, atMost = 4): number[] {
  if (!(max > 0)) return [0, 1];
  const step = niceStep(max / atMost);
  const count = Math.ceil(max / step - 1e-9);
  // Multiplied and not added up: 0.1 + 0.2 is not 0.3.
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** The least of 1, 2 and 5 times a power of ten that is not below `least` (Heckbert, "Nice Numbers for Graph Labels", 1990). */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10) * power;
}

const HOUR_MS = 3_600_000;

/** Indexes of the steps that get a label: quarters of an hour, of a day, or days, by the local clock of who looks. */
export function labelledSteps(times: readonly number[]): number[] {
  const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return times.flatMap((time, index) => (isRound(new Date(time), spanMs) ? [index] : []));
}

function isRound(time: Date, spanMs: number): boolean {
  if (spanMs <= 2 * HOUR_MS) return time.getMinutes() % 15 === 0;
  return time.getHours() % (spanMs <= 48 * HOUR_MS ? 6 : 24) === 0;
}

/** A run of steps that have a value, as points of a line. */
export type Run = readonly (readonly [index: number, value: number])[];

/** A line, parted where steps have no value: nothing is known between them. */
export function runsOf(values: readonly (number | undefined)[]): Run[] {
  const runs: [number, number][][] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue;
    const last = runs.at(-1);
    if (last?.at(-1)?.[0] === index - 1) last.push([index, value]);
    else runs.push([[index, value]]);
  }
  return runs;
}
