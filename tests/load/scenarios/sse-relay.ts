import { measureInTurn } from "#tests/load/measure/measure-in-turn";
import { median, quantile } from "#tests/load/measure/quantile";
import type { Scenario } from "#tests/load/scenario";
import { completionSubjects, STREAMED_EVENTS, withClients } from "#tests/load/scenarios/completion-subjects";

/** What relaying a whole stream takes, from the request to its last byte. */
export const sseRelay: Scenario = {
  name: "relay",
  about: `one stream of ${STREAMED_EVENTS} events at a time, from request to [DONE]`,
  async run({ servers, seconds }) {
    const subjects = await completionSubjects(servers);
    return withClients(subjects, 1, async (clients) => {
      const asked = new Map([...clients].map(([name, client]) => [name, () => client.streamed()]));
      const replies = await measureInTurn(asked, seconds);
      const times = (name: string): number[] => (replies.get(name) ?? []).map(({ endMs }) => endMs);
      const p50 = (name: string): number => median(times(name));
      return {
        columns: ["first byte p50 ms", "p50 ms", "p99 ms", "over direct ms", "p50 / floor's"],
        rows: subjects.map(({ name }) => ({
          subject: name,
          cells: [
            median((replies.get(name) ?? []).map(({ firstByteMs }) => firstByteMs)),
            p50(name),
            quantile(times(name), 0.99),
            p50(name) - p50("direct"),
            p50(name) / p50("floor"),
          ],
        })),
        targets: [{ what: `${STREAMED_EVENTS} events relayed`, value: p50("ours"), unit: "ms", atMost: 4 }],
      };
    });
  },
};
