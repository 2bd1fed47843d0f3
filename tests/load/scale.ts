import { runCommand } from "#tools/command/command-line";
import { plainPaint } from "#tools/command/paint";
import { formatResult } from "#tests/load/command/format-report";
import { simulateLedger } from "#tests/load/simulation/simulate-ledger";
import { type LimiterPlan, simulateLimiter } from "#tests/load/simulation/simulate-limiter";

const SECONDS = 20;
const spec = {
  name: "bazel run //tests/load:scale",
  about:
    "Simulates the limits of one tenant at rates that no machine here can send: what docs/architecture/scale.md says.",
  options: {},
  examples: ["bazel run //tests/load:scale"],
} as const;

await runCommand(spec, () => {
  process.stdout.write(`${limiterTable()}\n${ledgerTable()}`);
  return 0;
});

/** One tenant's rate limit, far from reached, at growing rates. */
function limiterTable(): string {
  const plans: readonly Pick<LimiterPlan, "perSecond" | "isolates" | "shards" | "leaseMs">[] = [
    { perSecond: 100, isolates: 10, shards: 1, leaseMs: 0 },
    { perSecond: 1_200, isolates: 60, shards: 1, leaseMs: 0 },
    { perSecond: 1_000, isolates: 50, shards: 1, leaseMs: 2_000 },
    { perSecond: 10_000, isolates: 300, shards: 1, leaseMs: 2_000 },
    { perSecond: 40_000, isolates: 2_000, shards: 1, leaseMs: 2_000 },
    { perSecond: 100_000, isolates: 5_000, shards: 1, leaseMs: 2_000 },
    { perSecond: 100_000, isolates: 5_000, shards: 8, leaseMs: 2_000 },
  ];
  const rows = plans.map((plan) => {
    const figures = simulateLimiter({ ...plan, seed: 1, seconds: SECONDS, perMinute: plan.perSecond * 600 });
    const { asked, admitted, objectCallsPerSecond, busiest, waitP99Ms } = figures;
    return {
      subject: `${plan.perSecond}/s`,
      cells: [
        ...[plan.isolates, plan.shards, plan.leaseMs / 1_000, objectCallsPerSecond, busiest * 100],
        ...[waitP99Ms, ((asked - admitted) / asked) * 100],
      ],
    };
  });
  const columns = ["isolates", "objects", "lease s", "calls/s", "busiest %", "wait p99 ms", "refused %"];
  return formatResult({ name: "rate limit", about: "one tenant" }, { columns, rows, targets: [] }, plainPaint);
}

/** One tenant's budget until it is used up. */
function ledgerTable(): string {
  const rows = [
    { shards: 1, rebalanceSeconds: 0 },
    { shards: 8, rebalanceSeconds: 0 },
    { shards: 8, rebalanceSeconds: 60 },
    { shards: 8, rebalanceSeconds: 10 },
    { shards: 64, rebalanceSeconds: 10 },
  ].map((plan) => {
    const limit = 20_000_000;
    const figures = simulateLedger({ ...plan, seed: 1, seconds: 600, callsPerSecond: 200, limit, lostShare: 0.001 });
    const { asked, granted, mostUsed, refusedTooEarly } = figures;
    return {
      subject: `${plan.shards} objects`,
      cells: [plan.rebalanceSeconds, asked, granted, (mostUsed / limit) * 100, (refusedTooEarly / asked) * 100],
    };
  });
  const columns = ["dealt out every s", "calls", "granted", "most used %", "refused too early %"];
  return formatResult({ name: "budget", about: "one tenant" }, { columns, rows, targets: [] }, plainPaint);
}
