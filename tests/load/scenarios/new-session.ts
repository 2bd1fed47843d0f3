import { measureInTurn } from "#tests/load/measure/measure-in-turn";
import { median, quantile } from "#tests/load/measure/quantile";
import type { Scenario } from "#tests/load/scenario";
import { withChatClient } from "#tests/load/scenarios/chat-client";

/** What the first turn of a new session costs more than a route that does nothing. */
export const newSession: Scenario = {
  name: "new-session",
  about: "the first turn of a session, model at 0 ms: milliseconds over /health of the same Worker",
  async run({ servers, seconds }) {
    return withChatClient(await servers.chat(), 1, async (client) => {
      const subjects = new Map([
        ["/health", () => client.health()],
        ["/chat, stream", () => client.turn("hi")],
        ["/chat, JSON", () => client.wholeTurn("hi")],
      ]);
      const replies = await measureInTurn(subjects, seconds);
      const times = (name: string): number[] => (replies.get(name) ?? []).map(({ endMs }) => endMs);
      const p50 = (name: string): number => median(times(name));
      const over = (name: string): number => p50(name) - p50("/health");
      return {
        columns: ["first byte p50 ms", "p50 ms", "p99 ms", "over /health ms"],
        rows: [...subjects.keys()].map((name) => ({
          subject: name,
          cells: [
            median((replies.get(name) ?? []).map(({ firstByteMs }) => firstByteMs)),
            p50(name),
            quantile(times(name), 0.99),
            over(name),
          ],
        })),
        targets: [{ what: "new session over /health", value: over("/chat, stream"), unit: "ms", atMost: 4 }],
      };
    });
  },
};
