/** What came of sending for some time over several connections. */
export interface Load {
  readonly perSecond: number;
  /** Of each exchange, milliseconds. */
  readonly latenciesMs: readonly number[];
}

/** Sends on `connections` at once, each one exchange after the other, for so many seconds. An exchange that fails ends it all. */
export async function measureLoad(
  exchange: () => Promise<{ readonly endMs: number }>,
  connections: number,
  seconds: number,
): Promise<Load> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  const endsMs = startedMs + seconds * 1_000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < endsMs) latenciesMs.push((await exchange()).endMs);
    }),
  );
  return { perSecond: (latenciesMs.length * 1_000) / (performance.now() - startedMs), latenciesMs };
}
