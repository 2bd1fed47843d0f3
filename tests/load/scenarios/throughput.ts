import { type Load, measureLoad } from "#tests/load/measure/measure-load";
import { processUsage } from "#tests/load/measure/process-usage";
import { median, quantile } from "#tests/load/measure/quantile";
import type { Scenario } from "#tests/load/scenario";
import { completionSubjects, withClients } from "#tests/load/scenarios/completion-subjects";

const CONNECTIONS = 50;
/** Slices per subject, taken in turn. */
const ROUNDS = 5;

/** How many completions a second go through, on all cores that servers and client share. */
export const throughput: Scenario = {
  name: "throughput",
  about: `JSON completions per second on ${CONNECTIONS} connections`,
  async run({ servers, seconds, progress }) {
    const subjects = await completionSubjects(servers);
    return withClients(subjects, CONNECTIONS, async (clients) => {
      const loads = new Map(subjects.map(({ name }): [string, Load[]] => [name, []]));
      const cpuMs = new Map<string, number>();
      for (const client of clients.values()) await measureLoad(() => client.whole(), CONNECTIONS, 1);
      for (let round = 1; round <= ROUNDS; round++) {
        for (const { name, pid } of subjects) {
          progress(`throughput: round ${round} of ${ROUNDS}, ${name}`);
          const before = processUsage(pid).cpuMs;
          const client = clients.get(name);
          if (client === undefined) continue;
          loads.get(name)?.push(await measureLoad(() => client.whole(), CONNECTIONS, seconds / ROUNDS));
          cpuMs.set(name, (cpuMs.get(name) ?? 0) + processUsage(pid).cpuMs - before);
        }
      }
      const rate = (name: string): number => median((loads.get(name) ?? []).map(({ perSecond }) => perSecond));
      return {
        columns: ["req/s", "p50 ms", "p99 ms", "of floor's", "CPU ms each"],
        rows: subjects.map(({ name }) => {
          const latencies = (loads.get(name) ?? []).flatMap(({ latenciesMs }) => latenciesMs);
          return {
            subject: name,
            cells: [
              rate(name),
              median(latencies),
              quantile(latencies, 0.99),
              rate(name) / rate("floor"),
              (cpuMs.get(name) ?? Number.NaN) / latencies.length,
            ],
          };
        }),
        targets: [
          { what: "throughput, all on", value: rate("ours"), unit: "/s", atLeast: 1_500 },
          { what: "throughput, limits off", value: rate("ours, limits off"), unit: "/s", atLeast: 2_500 },
        ],
      };
    });
  },
};
