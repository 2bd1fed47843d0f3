import { setTimeout as sleep } from "node:timers/promises";

import { requestTenant } from "#tools/tenant/client/tenant-client";
import { countInvocations, type InvocationCount } from "../account/invocations.js";
import { deployedAddress } from "../smoke/deployed-address.js";
import type { DeployContext } from "./execute-deploy.js";

/** What has been seen of a canary and of the version beside it. */
export interface CanaryObservation {
  readonly canary: InvocationCount;
  readonly baseline: InvocationCount;
  /** Our own requests to the canary: how many, and how many did not end with 200. */
  readonly probes: InvocationCount;
}

/** Requests that are needed before a share of errors means anything. */
const MIN_REQUESTS = 20;
/** Share of errors from which a canary is bad. */
const MAX_ERROR_RATE = 0.05;
/** A canary that errs no more than this many times as often as the version beside it is not to blame. */
const MAX_RATIO = 2;
/** Failed probes in a row of one observation that are still bad luck. */
const MAX_FAILED_PROBES = 2;
const PROBE_PAUSE_MS = 2_000;

/** Why a canary must be taken back; `undefined` while it is well. Pure. */
export function judgeCanary({ canary, baseline, probes }: CanaryObservation): string | undefined {
  if (probes.errors > MAX_FAILED_PROBES && probes.errors / probes.requests > MAX_ERROR_RATE) {
    return `${probes.errors} of ${probes.requests} health checks failed`;
  }
  if (canary.requests < MIN_REQUESTS) return undefined;
  const rate = errorRate(canary);
  if (rate <= MAX_ERROR_RATE || rate <= MAX_RATIO * errorRate(baseline)) return undefined;
  return `${canary.errors} of ${canary.requests} requests failed (${percent(rate)}, against ${percent(errorRate(baseline))})`;
}

/** What an observation needs besides the deploy's context. */
export interface ObservationTarget {
  readonly worker: string;
  readonly hostname: string;
  readonly canaryId: string;
  readonly baselineId: string;
  readonly seconds: number;
  readonly onSeen: (observation: CanaryObservation) => void;
}

/** Watches a canary for a while: analytics, and a health check of its own every two seconds. Answers why it is bad. */
export async function observeCanary(
  { account, connectTo }: DeployContext,
  target: ObservationTarget,
): Promise<string | undefined> {
  const since = new Date();
  const endMs = Date.now() + target.seconds * 1_000;
  const none: InvocationCount = { requests: 0, errors: 0 };
  let probes = none;
  while (Date.now() < endMs) {
    const isWell = await probe(target, connectTo);
    probes = { requests: probes.requests + 1, errors: probes.errors + (isWell ? 0 : 1) };
    const counts = await countInvocations(account, target.worker, since);
    const canary = counts.get(target.canaryId) ?? none;
    const observation = { canary, baseline: counts.get(target.baselineId) ?? none, probes };
    target.onSeen(observation);
    const verdict = judgeCanary(observation);
    if (verdict !== undefined) return verdict;
    await sleep(Math.min(PROBE_PAUSE_MS, Math.max(0, endMs - Date.now())));
  }
  return undefined;
}

async function probe(
  { hostname, worker, canaryId }: ObservationTarget,
  connectTo: string | undefined,
): Promise<boolean> {
  const address = deployedAddress({ hostname, apiKey: "", connectTo, version: { worker, id: canaryId } });
  try {
    const response = await requestTenant(address, "/health?deep=1");
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    // Nobody answers: that is what a probe is there to find.
    return false;
  }
}

function errorRate({ requests, errors }: InvocationCount): number {
  return requests === 0 ? 0 : errors / requests;
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)} %`;
}
