import { measureInTurn } from "#tests/load/measure/measure-in-turn";
import { median, quantile } from "#tests/load/measure/quantile";
import type { Scenario } from "#tests/load/scenario";
import { completionSubjects, withClients } from "#tests/load/scenarios/completion-subjects";

/** What a call costs more than the call of the upstream itself. */
export const proxyOverhead: Scenario = {
  name: "proxy",
  about: "one JSON completion at a time: milliseconds over the direct call",
  async run({ servers, seconds }) {
    const subjects = await completionSubjects(servers);
    return withClients(subjects, 1, async (clients) => {
      const asked = new Map([...clients].map(([name, client]) => [name, () => client.whole()]));
      const replies = await measureInTurn(asked, seconds);
      const times = (name: string): number[] => (replies.get(name) ?? []).map(({ endMs }) => endMs);
      const p50 = (name: string): number => median(times(name));
      const over = (name: string): number => p50(name) - p50("direct");
      return {
        columns: ["p50 ms", "p99 ms", "over direct ms", "over / floor's over"],
        rows: subjects.map(({ name }) => ({
          subject: name,
          cells: [p50(name), quantile(times(name), 0.99), over(name), over(name) / over("floor")],
        })),
        targets: [
          { what: "overhead, all on", value: over("ours"), unit: "ms", atMost: 0.95 },
          { what: "overhead, limits off", value: over("ours, limits off"), unit: "ms", atMost: 0.6 },
        ],
      };
    });
  },
};
