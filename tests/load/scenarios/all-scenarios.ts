import type { Scenario } from "#tests/load/scenario";
import { manySessions } from "#tests/load/scenarios/many-sessions";
import { metricsOverhead } from "#tests/load/scenarios/metrics-overhead";
import { newSession } from "#tests/load/scenarios/new-session";
import { oneSession } from "#tests/load/scenarios/one-session";
import { openStreams } from "#tests/load/scenarios/open-streams";
import { proxyOverhead } from "#tests/load/scenarios/proxy-overhead";
import { sseRelay } from "#tests/load/scenarios/sse-relay";
import { throughput } from "#tests/load/scenarios/throughput";

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  proxyOverhead,
  sseRelay,
  throughput,
  metricsOverhead,
  newSession,
  oneSession,
  manySessions,
  openStreams,
];
