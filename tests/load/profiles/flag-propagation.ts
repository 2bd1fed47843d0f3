import { setTimeout } from "node:timers/promises";

import { seededRandom } from "#simulators/cloudflare-api/faults/seeded-random";
import { planArrivals } from "#tests/load/measure/arrivals";
import { runOpenLoop } from "#tests/load/measure/open-loop";
import type { Profile, ProfileOutcome, ProfileRun } from "#tests/load/profiles/profile";
import type { NamedResult } from "#tests/load/scenario";
import { CommandError } from "#tools/command/command-line";

/** What is promised, and how long a change is watched, seconds. */
const BOUND_SECONDS = 60;
/** How often an isolate is asked, per second: always busy, now and then, nearly idle. */
const RATES = [20, 0.5, 0.05];
/** KV's edge cache may hold an old value for so long besides; the local KV has none. */
const EDGE_SECONDS = 30;

/** How long after a change of a feature flag answers still follow the old state. */
export const flagPropagation: Profile = {
  name: "flags",
  about: `a feature flag is changed while requests come: every answer follows it within ${BOUND_SECONDS} s`,
  size: ({ timeFactor }) => ({
    requests: Math.round(RATES.reduce((sum, rate) => sum + rate * BOUND_SECONDS * timeFactor, 0)),
    seconds: RATES.length * BOUND_SECONDS * timeFactor,
  }),
  run: runFlags,
};

/** An answer: when it was asked for, in seconds since the change, and whether it followed the change. */
interface Seen {
  readonly atSeconds: number;
  readonly isNew: boolean;
}

async function runFlags(run: ProfileRun): Promise<ProfileOutcome> {
  if (run.subject.setFlag === undefined) {
    throw new CommandError("this profile must change a flag, which it can only where it starts the product itself", {
      fix: "leave --url out; for a deployed tenant, use its :flags command and watch `overrides` in its log",
    });
  }
  let isOn = true;
  const rounds: { rate: number; seen: readonly Seen[] }[] = [];
  for (const rate of RATES) {
    // An isolate that has just read remembers the old state for the longest.
    await run.subject.client.modelsStatus();
    isOn = !isOn;
    await run.subject.setFlag("openaiApi", isOn);
    rounds.push({ rate, seen: await watch(run, rate, isOn) });
  }
  const rows = rounds.map(({ rate, seen }) => ({
    subject: `${rate}/s`,
    cells: [seen.length, seen.filter(({ isNew }) => !isNew).length, lastOldSeconds(seen), firstNewSeconds(seen)],
  }));
  const last = Math.max(...rounds.map(({ seen }) => lastOldSeconds(seen)));
  const result: NamedResult = {
    name: "flags",
    about: flagPropagation.about,
    columns: ["answers", "old", "last old s", "first new s"],
    rows,
    targets: [
      {
        what: `the last answer of the old state, with ${EDGE_SECONDS} s of KV's edge cache`,
        value: last + EDGE_SECONDS,
        unit: "s",
        atMost: BOUND_SECONDS,
      },
      {
        what: "changes that came through",
        value: rounds.filter(({ seen }) => seen.at(-1)?.isNew).length,
        unit: "",
        atLeast: RATES.length,
      },
    ],
  };
  return { results: [result], plots: [], raw: { rounds } };
}

/** Asks at a rate, and once at the end, for as long as a change may take. */
async function watch(run: ProfileRun, rate: number, isOn: boolean): Promise<readonly Seen[]> {
  const seconds = BOUND_SECONDS * run.timeFactor;
  const stage = { name: "watch", seconds, fromPerSecond: rate, toPerSecond: rate };
  const arrivals = [
    ...planArrivals([stage], { models: 1 }, seededRandom(run.seed)),
    { dueMs: seconds * 1_000, stage: "end", kind: "models" },
  ];
  const seen: Seen[] = [];
  const startedMs = performance.now();
  await runOpenLoop(
    arrivals,
    async () => {
      const atSeconds = (performance.now() - startedMs) / 1_000;
      const status = await run.subject.client.modelsStatus();
      if (status !== 200 && status !== 403) throw new Error(`/v1/models answered ${status}`);
      seen.push({ atSeconds, isNew: (status === 200) === isOn });
      run.progress(`${rate}/s: ${seen.length} of ${arrivals.length} answers`);
      return {};
    },
    { clock: { nowMs: () => performance.now(), sleep: (ms) => setTimeout(ms) }, maxOpen: 100 },
  );
  return seen.sort((a, b) => a.atSeconds - b.atSeconds);
}

function lastOldSeconds(seen: readonly Seen[]): number {
  return seen.findLast(({ isNew }) => !isNew)?.atSeconds ?? 0;
}

function firstNewSeconds(seen: readonly Seen[]): number {
  return seen.find(({ isNew }) => isNew)?.atSeconds ?? Number.NaN;
}
