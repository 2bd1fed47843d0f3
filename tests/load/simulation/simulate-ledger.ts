import { accountOf, expire, HOLD_MS, type LedgerState, newLedger, reserve, settle } from "#limits/budget-ledger";
import { type Budget, dayOf, NOTHING } from "#limits/budget";
import { seededRandom } from "#simulators/cloudflare-api/faults/seeded-random";
import { EventQueue } from "#tests/load/simulation/event-queue";

/** A tenant whose calls of models spend one budget, kept by one object or several. */
export interface LedgerPlan {
  readonly seed: number;
  readonly seconds: number;
  readonly callsPerSecond: number;
  readonly shards: number;
  /** Tokens of the day. */
  readonly limit: number;
  /** Share of calls whose isolate dies before it settles. */
  readonly lostShare: number;
  /** How often what is left is dealt out anew among the objects, seconds; 0: never. */
  readonly rebalanceSeconds: number;
}

export interface LedgerFigures {
  readonly asked: number;
  readonly granted: number;
  /** The most that was spent and reserved at any time, of all objects: never more than the limit. */
  readonly mostUsed: number;
  /** Spent by the ledgers' account at the end, and by what the calls did cost; a lost call counts as its reservation. */
  readonly booked: number;
  readonly cost: number;
  /** Refused while another object had enough left. */
  readonly refusedTooEarly: number;
}

const MOST_TOKENS = 1_000;
const MEAN_CALL_MS = 4_000;
const START_MS = Date.UTC(2026, 0, 1);

interface Shard {
  readonly state: LedgerState;
  limit: number;
}

/** Lets calls reserve and settle for so long, and counts. The same plan gives the same figures. */
export function simulateLedger(plan: LedgerPlan): LedgerFigures {
  const random = seededRandom(plan.seed);
  const queue = new EventQueue();
  const shards = Array.from({ length: plan.shards }, (): Shard => ({
    state: newLedger(),
    limit: plan.limit / plan.shards,
  }));
  const figures = { asked: 0, granted: 0, mostUsed: 0, booked: 0, cost: 0, refusedTooEarly: 0 };
  const spender = { keyId: "key", modelId: "model" };

  const call = (): void => {
    const shard = shards[Math.floor(random() ** 2 * shards.length)];
    if (shard === undefined) return;
    const id = String(figures.asked++);
    const need = { tokens: Math.ceil(random() * MOST_TOKENS), microUsd: 0 };
    const nowMs = START_MS + queue.nowMs;
    if (!reserve(shard.state, { id, need, upTo: 1, ...spender }, [budgetOf(shard)], nowMs).isGranted) {
      if (shards.some((other) => left(other, nowMs) >= need.tokens)) figures.refusedTooEarly++;
      return;
    }
    figures.granted++;
    figures.mostUsed = Math.max(figures.mostUsed, totalUsed(shards, nowMs));
    const isLost = random() < plan.lostShare;
    const spent = { tokens: isLost ? need.tokens : Math.ceil(need.tokens * random()), microUsd: 0 };
    figures.cost += spent.tokens;
    if (isLost) return;
    const settlement = { id, day: dayOf(nowMs), seq: 1, spent, calls: 1, keep: NOTHING, ...spender };
    queue.at(queue.nowMs - Math.log(1 - random()) * MEAN_CALL_MS, () => {
      settle(shard.state, settlement, START_MS + queue.nowMs);
      // A settlement whose answer was lost is sent again: it must change nothing.
      if (random() < 0.1) settle(shard.state, settlement, START_MS + queue.nowMs);
    });
  };

  for (let atMs = 0; (atMs -= (Math.log(1 - random()) * 1_000) / plan.callsPerSecond) < plan.seconds * 1_000;)
    queue.at(atMs, call);
  if (plan.rebalanceSeconds > 0)
    for (let second = plan.rebalanceSeconds; second < plan.seconds; second += plan.rebalanceSeconds)
      queue.at(second * 1_000, () => rebalance(shards, START_MS + queue.nowMs));
  queue.run();

  const endMs = START_MS + queue.nowMs + HOLD_MS;
  for (const { state } of shards) expire(state, endMs);
  figures.booked = totalUsed(shards, START_MS);
  return figures;
}

/** Deals out what nobody has spent or reserved, in equal parts: the limits go on adding up to the same. */
function rebalance(shards: readonly Shard[], nowMs: number): void {
  const free = shards.reduce((sum, shard) => sum + left(shard, nowMs), 0);
  for (const shard of shards) shard.limit = used(shard, nowMs) + free / shards.length;
}

function budgetOf({ limit }: Shard): Budget {
  return { scope: "tenant", unit: "tokens", window: "day", limit, mode: "enforce" };
}

function used({ state }: Shard, nowMs: number): number {
  const { spent, held } = accountOf(state, "tenant", "", dayOf(nowMs));
  return spent.tokens + held.tokens;
}

function left(shard: Shard, nowMs: number): number {
  return shard.limit - used(shard, nowMs);
}

function totalUsed(shards: readonly Shard[], nowMs: number): number {
  return shards.reduce((sum, shard) => sum + used(shard, nowMs), 0);
}
