const DAY_MS = 86_400_000;

/** When a step begins, as exactly as its plot needs it. */
export function timeText(times: readonly number[], time: number): string {
  const isWithinDays = (times.at(-1) ?? 0) - (times[0] ?? 0) <= 2 * DAY_MS;
  const day = isWithinDays ? {} : ({ weekday: "short", day: "numeric" } as const);
  return new Date(time).toLocaleTimeString([], { ...day, hour: "2-digit", minute: "2-digit" });
}

/** The same for an axis, where a label stands at each beginning of a quarter or of a day. */
export function axisTimeText(times: readonly number[], time: number): string {
  const isWithinDays = (times.at(-1) ?? 0) - (times[0] ?? 0) <= 2 * DAY_MS;
  if (isWithinDays) return timeText(times, time);
  return new Date(time).toLocaleDateString([], { weekday: "short", day: "numeric" });
}
