import { type Load, measureLoad } from "#tests/load/measure/measure-load";
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
    const bareSession = await servers.bareSession();
    return withChatClient(await servers.chat(), CONNECTIONS, (client) =>
      withChatClient(bareSession, CONNECTIONS, async (bare) => {
        const sessionId = crypto.randomUUID();
        const subjects = new Map([
          ["bare, stream", () => bare.bareTurn("hi", sessionId)],
          ["/chat, JSON", () => client.wholeTurn("hi", sessionId)],
        ]);
        const loads = new Map([...subjects.keys()].map((name): [string, Load[]] => [name, []]));
        for (const turn of subjects.values()) await measureLoad(turn, CONNECTIONS, 1);
        for (let round = 1; round <= ROUNDS; round++) {
          for (const [name, turn] of subjects) {
            progress(`one-session: round ${round} of ${ROUNDS}, ${name}`);
            loads.get(name)?.push(await measureLoad(turn, CONNECTIONS, seconds / ROUNDS));
          }
        }
        const rate = (name: string): number => median((loads.get(name) ?? []).map(({ perSecond }) => perSecond));
        const latencies = (name: string): number[] => (loads.get(name) ?? []).flatMap(({ latenciesMs }) => latenciesMs);
        const p99 = (name: string): number => quantile(latencies(name), 0.99);
        return {
          columns: ["turns/s", "p50 ms", "p99 ms", "of bare's"],
          rows: [...subjects.keys()].map((name) => ({
            subject: name,
            cells: [rate(name), median(latencies(name)), p99(name), rate(name) / rate("bare, stream")],
          })),
          targets: [
            { what: "turns of one session", value: rate("/chat, JSON"), unit: "/s", atLeast: 800 },
            { what: "turns of one session, p99", value: p99("/chat, JSON"), unit: "ms", atMost: 250 },
          ],
        };
      }),
    );
  },
};
