import { count, judge, newRateState, type RateState, standingsOf } from "#limits/sliding-window";
import { seededRandom } from "#simulators/cloudflare-api/faults/seeded-random";
import { quantile } from "#tests/load/measure/quantile";
import { EventQueue } from "#tests/load/simulation/event-queue";

/** A tenant whose requests come to many isolates, and whose one limit is kept by one object or several. */
export interface LimiterPlan {
  readonly seed: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly isolates: number;
  readonly shards: number;
  /** Requests that the tenant may make in any minute. */
  readonly perMinute: number;
  /** For how long an isolate may use what it was lent; 0: each request asks. */
  readonly leaseMs: number;
}

export interface LimiterFigures {
  readonly asked: number;
  readonly admitted: number;
  /** The most that was admitted in any minute: never more than the limit. */
  readonly mostInAMinute: number;
  readonly objectCallsPerSecond: number;
  /** Share of its time that the busiest object works; from 1 on, it falls behind. */
  readonly busiest: number;
  /** How long a request waited for its decision, milliseconds. */
  readonly waitP99Ms: number;
}

const WINDOW_MS = 60_000;
/** An object serves about a thousand calls in a second (developers.cloudflare.com/durable-objects/platform/limits). */
const SERVICE_MS = 1;
const NETWORK_MS = 3;
/** A lease takes at most this part of what a window has left, as `limits` does it. */
const LEASE_SHARE = 1 / 20;
const TICK_MS = 50;
/** How long an isolate refuses by itself after a refusal. */
const DENIAL_MS = 1_000;

interface Shard {
  readonly state: RateState;
  readonly limit: number;
  busyUntilMs: number;
  busyMs: number;
  calls: number;
}

interface Isolate {
  readonly shard: Shard;
  readonly perTick: number;
  units: number;
  validUntilMs: number;
  deniedUntilMs: number;
  isAsking: boolean;
  /** When the requests came that wait for an answer. */
  waiting: number[];
}

/** Lets requests arrive for so long, and counts. The same plan gives the same figures. */
export function simulateLimiter(plan: LimiterPlan): LimiterFigures {
  const random = seededRandom(plan.seed);
  const queue = new EventQueue();
  const shards = splitLimit(plan);
  const isolates = placeIsolates(plan, shards);
  const admissions = new Map<number, number>();
  const waitsMs: number[] = [];
  let asked = 0;

  const admit = (isolate: Isolate): void => {
    const usable = queue.nowMs <= isolate.validUntilMs ? isolate.units : 0;
    const served = isolate.waiting.splice(0, usable);
    isolate.units = usable - served.length;
    if (served.length === 0) return;
    admissions.set(queue.nowMs, (admissions.get(queue.nowMs) ?? 0) + served.length);
    for (const atMs of served) waitsMs.push(queue.nowMs - atMs);
  };

  const ask = (isolate: Isolate): void => {
    const { shard } = isolate;
    isolate.isAsking = true;
    const startMs = Math.max(queue.nowMs + NETWORK_MS, shard.busyUntilMs);
    shard.busyUntilMs = startMs + SERVICE_MS;
    shard.busyMs += SERVICE_MS;
    shard.calls++;
    const expected = Math.ceil((isolate.perTick * plan.leaseMs) / TICK_MS);
    queue.at(shard.busyUntilMs, () => {
      const validUntilMs = queue.nowMs + plan.leaseMs;
      const granted = lend(
        shard,
        Math.max(plan.leaseMs === 0 ? 1 : isolate.waiting.length, expected),
        validUntilMs,
        queue.nowMs,
      );
      queue.at(queue.nowMs + NETWORK_MS, () => {
        isolate.isAsking = false;
        isolate.units = granted;
        // What each request asks for is for it alone, whenever the answer comes.
        isolate.validUntilMs = plan.leaseMs === 0 ? Infinity : validUntilMs;
        admit(isolate);
        if (granted > 0) {
          if (isolate.waiting.length > 0) ask(isolate);
          return;
        }
        isolate.deniedUntilMs = queue.nowMs + DENIAL_MS;
        isolate.waiting = [];
      });
    });
  };

  for (const isolate of isolates)
    for (let tickMs = 0; tickMs < plan.seconds * 1_000; tickMs += TICK_MS)
      queue.at(tickMs, () => {
        const arrived = poisson(isolate.perTick, random);
        asked += arrived;
        if (arrived === 0 || queue.nowMs < isolate.deniedUntilMs) return;
        for (let n = 0; n < arrived; n++) isolate.waiting.push(queue.nowMs);
        admit(isolate);
        if (isolate.waiting.length > 0 && !isolate.isAsking) ask(isolate);
      });
  queue.run();

  const calls = shards.reduce((sum, shard) => sum + shard.calls, 0);
  return {
    asked,
    admitted: waitsMs.length,
    mostInAMinute: mostInWindow(admissions, WINDOW_MS),
    objectCallsPerSecond: calls / plan.seconds,
    busiest: Math.max(...shards.map(({ busyMs }) => busyMs)) / (plan.seconds * 1_000),
    waitP99Ms: quantile(waitsMs, 0.99),
  };
}

/** Each object keeps its part of the limit: together they can never grant more. */
function splitLimit({ shards, perMinute }: LimiterPlan): readonly Shard[] {
  return Array.from({ length: shards }, (_, index) => ({
    state: newRateState(),
    limit: Math.floor(perMinute / shards) + (index < perMinute % shards ? 1 : 0),
    busyUntilMs: 0,
    busyMs: 0,
    calls: 0,
  }));
}

/** Isolates are unevenly busy (Zipf); each belongs to one object. */
function placeIsolates({ isolates, perSecond }: LimiterPlan, shards: readonly Shard[]): readonly Isolate[] {
  const weights = Array.from({ length: isolates }, (_, index) => 1 / Math.sqrt(index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.flatMap((weight, index) => {
    const shard = shards[index % shards.length];
    if (shard === undefined) return [];
    const perTick = (perSecond * weight * TICK_MS) / total / 1_000;
    return [{ shard, perTick, units: 0, validUntilMs: 0, deniedUntilMs: 0, isAsking: false, waiting: [] }];
  });
}

/** Grants what is wanted and can be had, by the product's own rule; it counts from the latest time that it may be used. */
function lend({ state, limit }: Shard, wanted: number, validUntilMs: number, nowMs: number): number {
  const demand = { state, windows: [{ limit, windowMs: WINDOW_MS }] };
  if (!judge([demand], 1, nowMs).isAllowed) return 0;
  const [standing] = standingsOf(demand, nowMs);
  const granted = Math.max(1, Math.min(wanted, Math.floor((standing?.remaining ?? 0) * LEASE_SHARE)));
  count(state, granted, nowMs, validUntilMs);
  return granted;
}

/** The largest sum over any stretch of time of that length. */
function mostInWindow(at: ReadonlyMap<number, number>, windowMs: number): number {
  const times = [...at].sort(([a], [b]) => a - b);
  let [sum, most, first] = [0, 0, 0];
  for (const [timeMs, admitted] of times) {
    sum += admitted;
    for (let oldest = times[first]; oldest !== undefined && oldest[0] <= timeMs - windowMs; oldest = times[++first])
      sum -= oldest[1];
    most = Math.max(most, sum);
  }
  return most;
}

/** How many arrive when so many are expected (Knuth's method; expectations here are small). */
function poisson(expected: number, random: () => number): number {
  const least = Math.exp(-expected);
  let arrived = 0;
  for (let product = random(); product > least; product *= random()) arrived++;
  return arrived;
}
