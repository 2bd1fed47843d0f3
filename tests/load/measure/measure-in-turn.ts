import type { Reply } from "#tests/load/measure/http-client";

/** Runs of each before any counts: caches fill, code is compiled. */
const WARM_UPS = 300;
/** Turns at least, however short the time. */
const MIN_TURNS = 20;

/**
 * Asks several subjects by turns, each one once and then the next, for so many seconds: whatever disturbs the machine
 * disturbs all of them alike. Who is first changes from turn to turn.
 */
export async function measureInTurn(
  subjects: ReadonlyMap<string, () => Promise<Reply>>,
  seconds: number,
): Promise<ReadonlyMap<string, readonly Reply[]>> {
  const entries = [...subjects];
  const replies = new Map(entries.map(([name]): [string, Reply[]] => [name, []]));
  for (const [, ask] of entries) for (let done = 0; done < WARM_UPS; done++) await ask();
  const endsMs = performance.now() + seconds * 1_000;
  for (let turn = 0; turn < MIN_TURNS || performance.now() < endsMs; turn++) {
    const first = turn % entries.length;
    for (const [name, ask] of [...entries.slice(first), ...entries.slice(0, first)])
      replies.get(name)?.push(await ask());
  }
  return replies;
}
