import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";

import { seededRandom } from "#simulators/cloudflare-api/faults/seeded-random";
import { planArrivals, type Stage } from "#tests/load/measure/arrivals";
import { type Outcome, runOpenLoop } from "#tests/load/measure/open-loop";
import { quantile } from "#tests/load/measure/quantile";
import { bySecond, summarize } from "#tests/load/measure/summary";
import type { AskKind } from "#tests/load/profiles/load-client";
import type { Profile, ProfileOutcome, ProfileRun } from "#tests/load/profiles/profile";
import { percentilePlot, secondPlots } from "#tests/load/report/load-plots";
import type { NamedResult, Target } from "#tests/load/scenario";

/** What must hold of the requests of a run. */
export interface Threshold {
  readonly what: string;
  readonly unit: Target["unit"];
  readonly atMost: number;
  readonly value: (outcomes: readonly Outcome[]) => number;
}

/** A load that follows a plan, whatever the product answers. */
export interface OpenLoopPlan {
  readonly name: string;
  readonly about: string;
  readonly stages: readonly Stage[];
  /** How often each kind is asked, in proportion. */
  readonly mix: Partial<Record<AskKind, number>>;
  readonly thresholds: readonly Threshold[];
}

/** Sessions that further turns choose from. */
const KNOWN_SESSIONS = 50;
const MAX_OPEN = 2_000;

/** The profile of a plan. */
export function openLoopProfile(plan: OpenLoopPlan): Profile {
  const { name, about } = plan;
  return {
    name,
    about,
    size: (run) => {
      const stages = scaled(plan.stages, run);
      const requests = stages.reduce((sum, stage) => sum + meanRate(stage) * stage.seconds, 0);
      return { requests: Math.round(requests), seconds: stages.reduce((sum, { seconds }) => sum + seconds, 0) };
    },
    run: (run) => runPlan(plan, run),
  };
}

async function runPlan(plan: OpenLoopPlan, run: ProfileRun): Promise<ProfileOutcome> {
  const { subject, seed, progress } = run;
  const random = seededRandom(seed);
  const arrivals = planArrivals(scaled(plan.stages, run), plan.mix, random);
  const sessions = Array.from({ length: KNOWN_SESSIONS }, () => randomUUID());
  let sent = 0;
  const outcomes = await runOpenLoop(
    arrivals,
    ({ kind }) => subject.client.ask(kind as AskKind, sent, sessions[sent % KNOWN_SESSIONS] ?? randomUUID()),
    {
      clock: { nowMs: () => performance.now(), sleep: (ms) => setTimeout(ms) },
      maxOpen: MAX_OPEN,
      onSent: (open) => progress(`${++sent} of ${arrivals.length} sent, ${open} open`),
    },
  );
  return judgeRun(plan, outcomes);
}

/** The figures of a run, and whether they are what was promised. Pure. */
export function judgeRun(plan: Pick<OpenLoopPlan, "thresholds">, outcomes: readonly Outcome[]): ProfileOutcome {
  const seconds = bySecond(outcomes);
  const targets = [...plan.thresholds, KEPT_SCHEDULE].map(({ what, unit, atMost, value }) => ({
    ...{ what, unit, atMost },
    value: value(outcomes),
  }));
  return {
    results: [
      byGroup("requests", "by kind; latencies from when a request was due to its end", outcomes, "kind", targets),
      byGroup("stages", "the same by part of the run", outcomes, "stage", []),
      failuresOf(outcomes),
    ],
    plots: [...secondPlots(seconds), percentilePlot(outcomes)],
    raw: { seconds, kinds: groups(outcomes, "kind").map(([kind, of]) => ({ kind, ...summarize(of) })) },
  };
}

/** A sender that is late itself measures its own machine. */
const KEPT_SCHEDULE: Threshold = {
  what: "sent late by this program, p99",
  unit: "ms",
  atMost: 250,
  value: (outcomes) =>
    quantile(
      outcomes.map(({ sentMs, dueMs }) => sentMs - dueMs),
      0.99,
    ),
};

function byGroup(
  name: string,
  about: string,
  outcomes: readonly Outcome[],
  key: "kind" | "stage",
  targets: readonly Target[],
): NamedResult {
  const rows = [...groups(outcomes, key), ["all", outcomes] as const].map(([subject, of]) => {
    const { sent, failed, latencyMs, firstMs } = summarize(of);
    const cells = [sent, failed, latencyMs["p50"], latencyMs["p95"], latencyMs["p99"], latencyMs["p100"]];
    return { subject, cells: [...cells, firstMs["p50"], firstMs["p95"]].map((cell = Number.NaN) => cell) };
  });
  const columns = ["sent", "failed", "p50 ms", "p95 ms", "p99 ms", "max ms", "first token p50", "first token p95"];
  return { name, about, columns, rows, targets };
}

function failuresOf(outcomes: readonly Outcome[]): NamedResult {
  const rows = Object.entries(summarize(outcomes).failures).map(([subject, count]) => ({ subject, cells: [count] }));
  return { name: "failures", about: "why requests failed", columns: ["requests"], rows, targets: [] };
}

function groups(outcomes: readonly Outcome[], key: "kind" | "stage"): [string, Outcome[]][] {
  return [...Map.groupBy(outcomes, (outcome) => outcome[key])];
}

function scaled(stages: readonly Stage[], { rateFactor, timeFactor }: Pick<ProfileRun, "rateFactor" | "timeFactor">) {
  return stages.map(({ name, seconds, fromPerSecond, toPerSecond }) => ({
    name,
    seconds: seconds * timeFactor,
    fromPerSecond: fromPerSecond * rateFactor,
    toPerSecond: toPerSecond * rateFactor,
  }));
}

function meanRate({ fromPerSecond, toPerSecond }: Stage): number {
  return (fromPerSecond + toPerSecond) / 2;
}
