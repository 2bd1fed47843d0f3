import { measureLoad } from "#tests/load/measure/measure-load";
import { median, quantile } from "#tests/load/measure/quantile";
import type { Scenario } from "#tests/load/scenario";
import { withChatClient } from "#tests/load/scenarios/chat-client";

const CONNECTIONS = 50;
const ROUNDS = 3;

/** How many turns a second one session runs when many want it: turns of one session wait for each other. */
export const oneSession: Scenario = {
  name: "one-session",
  about: `turns per second of one session on ${CONNECTIONS} connections`,
  async run({ servers, seconds, progress }) {
    return withChatClient(await servers.chat(), CONNECTIONS, async (client) => {
      const sessionId = crypto.randomUUID();
      const load = (forSeconds: number) =>
        measureLoad(() => client.wholeTurn("hi", sessionId), CONNECTIONS, forSeconds);
      await load(1);
      const loads = [];
      for (let round = 1; round <= ROUNDS; round++) {
        progress(`one-session: round ${round} of ${ROUNDS}`);
        loads.push(await load(seconds / ROUNDS));
      }
      const rate = median(loads.map(({ perSecond }) => perSecond));
      const latencies = loads.flatMap(({ latenciesMs }) => latenciesMs);
      const p99 = quantile(latencies, 0.99);
      return {
        columns: ["turns/s", "p50 ms", "p99 ms"],
        rows: [{ subject: "/chat, JSON", cells: [rate, median(latencies), p99] }],
        targets: [
          { what: "turns of one session", value: rate, unit: "/s", atLeast: 800 },
          { what: "turns of one session, p99", value: p99, unit: "ms", atMost: 250 },
        ],
      };
    });
  },
};
