import { OBJECTIVES } from "#metrics/slis";
import type { Stage } from "#tests/load/measure/arrivals";
import type { Outcome } from "#tests/load/measure/open-loop";
import { summarize } from "#tests/load/measure/summary";
import { flagPropagation } from "#tests/load/profiles/flag-propagation";
import type { AskKind } from "#tests/load/profiles/load-client";
import { openLoopProfile, type OpenLoopPlan, type Threshold } from "#tests/load/profiles/open-loop-profile";
import type { Profile } from "#tests/load/profiles/profile";
import { streamingSessions } from "#tests/load/profiles/streaming-sessions";

const MIX: OpenLoopPlan["mix"] = { chat: 4, turn: 3, search: 2, completion: 1 };

/** The promises of the service: the objectives by which its own indicators judge it. */
const PROMISES: readonly Threshold[] = [
  {
    what: "failed requests",
    unit: "%",
    atMost: Number(((1 - OBJECTIVES.chat.availability) * 100).toFixed(3)),
    value: (outcomes) => failedPercent(outcomes),
  },
  firstTokens("chat", "chat: first token, p95"),
  firstTokens("turn", "turn of a known session: first token, p95"),
  {
    what: "search, p95",
    unit: "ms",
    atMost: OBJECTIVES.search.fastSeconds * 1_000,
    value: (outcomes) => summarize(outcomes.filter(({ kind }) => kind === "search")).latencyMs["p95"] ?? Number.NaN,
  },
];

/** Requests per second in each hour of a working day, as a share of the busiest hour's. */
const HOURS = [6, 4, 3, 3, 4, 8, 18, 40, 72, 95, 100, 92, 70, 84, 96, 98, 88, 66, 44, 34, 28, 22, 15, 9].map(
  (percent) => percent / 100,
);
const HOUR_SECONDS = 10;
const BUSIEST_PER_SECOND = 30;

/** Every profile, by its name. */
export const PROFILES: readonly Profile[] = [
  openLoopProfile({
    name: "smoke",
    about: "ten seconds of everything, to see that it works",
    stages: [{ name: "steady", seconds: 10, fromPerSecond: 5, toPerSecond: 10 }],
    mix: MIX,
    thresholds: PROMISES,
  }),
  openLoopProfile({
    name: "day",
    about: "a working day in four minutes: ten seconds an hour",
    stages: HOURS.map((share, hour) => hourOf(share, HOURS[(hour + 1) % HOURS.length] ?? share, hour)),
    mix: MIX,
    thresholds: PROMISES,
  }),
  openLoopProfile({
    name: "spike",
    about: "twelve times the load within a second, and whether it is as before afterwards",
    stages: [
      { name: "before", seconds: 15, fromPerSecond: 5, toPerSecond: 5 },
      { name: "rise", seconds: 1, fromPerSecond: 5, toPerSecond: 60 },
      { name: "spike", seconds: 15, fromPerSecond: 60, toPerSecond: 60 },
      { name: "fall", seconds: 1, fromPerSecond: 60, toPerSecond: 5 },
      { name: "after", seconds: 15, fromPerSecond: 5, toPerSecond: 5 },
    ],
    mix: MIX,
    thresholds: [
      ...PROMISES,
      {
        what: "requests that failed after the spike",
        unit: "%",
        atMost: 0,
        value: (outcomes) => failedPercent(outcomes.filter(({ stage }) => stage === "after")),
      },
    ],
  }),
  streamingSessions,
  flagPropagation,
];

function hourOf(share: number, next: number, hour: number): Stage {
  return {
    name: `${String(hour).padStart(2, "0")}:00`,
    seconds: HOUR_SECONDS,
    fromPerSecond: share * BUSIEST_PER_SECOND,
    toPerSecond: next * BUSIEST_PER_SECOND,
  };
}

/** Of nothing that was sent nothing is known: NaN, which no threshold takes for good. */
function failedPercent(outcomes: readonly Outcome[]): number {
  const { failed, sent } = summarize(outcomes);
  return (failed / sent) * 100;
}

function firstTokens(kind: AskKind, what: string): Threshold {
  return {
    what,
    unit: "ms",
    atMost: OBJECTIVES.chat.firstTokenSeconds * 1_000,
    value: (outcomes) => summarize(outcomes.filter((outcome) => outcome.kind === kind)).firstMs["p95"] ?? Number.NaN,
  };
}
