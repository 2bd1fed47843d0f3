import { MetricRecorder } from "#metrics/metric-recorder";
import type { LogFields } from "#observability/logger";
import { measureInTurn } from "#tests/load/measure/measure-in-turn";
import { measureLoad } from "#tests/load/measure/measure-load";
import { processUsage } from "#tests/load/measure/process-usage";
import { median, quantile } from "#tests/load/measure/quantile";
import type { Scenario } from "#tests/load/scenario";
import { type CompletionClient, type CompletionSubject, withClients } from "#tests/load/scenarios/completion-subjects";
import type { Servers } from "#tests/load/servers/servers";

const CONNECTIONS = 10;
/** Slices of load per subject, taken in turn. */
const ROUNDS = 10;
/** Requests that the recorder takes by itself. */
const RECORDED = 200_000;

const ROUTE = { tenantId: "load", route: "/v1/chat/completions" };
const REQUEST: LogFields = { ...ROUTE, method: "POST", status: 200, overheadMs: 1 };
const MODEL_CALL: LogFields = {
  ...{ ...ROUTE, operation: "chat", model: "@cf/meta/llama-3.1-8b-instruct-fast", outcome: "ok", principal: "key_1" },
  ...{ firstTokenMs: 20, tokensIn: 40, tokensOut: 60, costMicroUsd: 12 },
};

/** What measuring costs a request: the same completions by the same Worker, with its metrics and without. */
export const metricsOverhead: Scenario = {
  name: "metrics",
  about: "JSON completions, limits off, by a Worker that measures and by one that does not: what measuring adds",
  async run({ servers, seconds, progress }) {
    const subjects = await measuredAndNot(servers);
    return withClients(subjects, CONNECTIONS, async (clients) => {
      const asked = new Map([...clients].map(([name, client]) => [name, () => client.whole()]));
      const replies = await measureInTurn(asked, seconds);
      const times = (name: string): number[] => (replies.get(name) ?? []).map(({ endMs }) => endMs);
      const plain = times("ours, limits off");
      // Of those that stood beside each other, so that a slow moment of the machine is in both.
      const added = median(times("ours, measured").map((endMs, turn) => endMs - (plain[turn] ?? Number.NaN)));
      progress("metrics: load");
      const cpuMs = await cpuOfEach(subjects, clients, seconds);
      const addedCpuMs = (cpuMs.get("ours, measured") ?? Number.NaN) - (cpuMs.get("ours, limits off") ?? Number.NaN);
      return {
        columns: ["p50 ms", "p99 ms", "of not measured's", "CPU ms each"],
        rows: subjects.map(({ name }) => ({
          subject: name,
          cells: [
            median(times(name)),
            quantile(times(name), 0.99),
            median(times(name)) / median(plain),
            cpuMs.get(name) ?? Number.NaN,
          ],
        })),
        targets: [
          { what: "added to an answer, median of pairs", value: added, unit: "ms", atMost: 0.1 },
          { what: "added on a core, behind the answer too", value: addedCpuMs, unit: "ms", atMost: 0.1 },
          { what: "of it before the answer, by itself", value: recordingMs(), unit: "ms", atMost: 0.1 },
        ],
      };
    });
  },
};

async function measuredAndNot(servers: Servers): Promise<CompletionSubject[]> {
  const subject = async (name: CompletionSubject["name"], isMeasured: boolean): Promise<CompletionSubject> => {
    const { url: origin, pid, facts } = await servers.product(false, isMeasured);
    return { name, origin, pid, headers: { authorization: `Bearer ${facts["key"] ?? ""}` } };
  };
  return [await subject("ours, limits off", false), await subject("ours, measured", true)];
}

/** What a request waits for: that its two lines are added up, milliseconds. By itself, where no noise is as large. */
function recordingMs(): number {
  const recorder = new MetricRecorder({
    tenantOf: () => undefined,
    store: () => Promise.resolve(),
    waitUntil: () => undefined,
  });
  const record = (times: number): void => {
    for (let latencyMs = 1; latencyMs <= times; latencyMs++) {
      recorder.note("request", { ...REQUEST, latencyMs: latencyMs % 2_000 });
      recorder.note("model_call", { ...MODEL_CALL, latencyMs: latencyMs % 2_000 });
    }
  };
  record(RECORDED / 10);
  const startedMs = performance.now();
  record(RECORDED);
  return (performance.now() - startedMs) / RECORDED;
}

/** Time on a core for each completion, milliseconds, of the whole serving process: its objects are in it. */
async function cpuOfEach(
  subjects: readonly CompletionSubject[],
  clients: ReadonlyMap<CompletionSubject["name"], CompletionClient>,
  seconds: number,
): Promise<Map<string, number>> {
  const used = new Map(subjects.map(({ name }) => [name, { cpuMs: 0, answers: 0 }]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, pid } of subjects) {
      const [client, total] = [clients.get(name), used.get(name)];
      if (client === undefined || total === undefined) continue;
      const before = processUsage(pid).cpuMs;
      const { latenciesMs } = await measureLoad(() => client.whole(), CONNECTIONS, seconds / ROUNDS);
      total.cpuMs += processUsage(pid).cpuMs - before;
      total.answers += latenciesMs.length;
    }
  }
  return new Map([...used].map(([name, { cpuMs, answers }]) => [name, cpuMs / answers]));
}
