import { measureInTurn } from "#tests/load/measure/measure-in-turn";
import { median, quantile } from "#tests/load/measure/quantile";
import type { Scenario } from "#tests/load/scenario";
import { withChatClient } from "#tests/load/scenarios/chat-client";

/** What the first turn of a new session costs more than a route that does nothing. */
export const newSession: Scenario = {
  name: "new-session",
  about: "the first turn of a session, model at 0 ms: milliseconds over /health of the same Worker",
  async run({ servers, seconds }) {
    const bareSession = await servers.bareSession();
    return withChatClient(await servers.chat(), 1, (client) =>
      withChatClient(bareSession, 1, async (bare) => {
        const subjects = new Map([
          ["bare, nothing", () => bare.health()],
          ["bare, stream", () => bare.bareTurn("hi")],
          ["/health", () => client.health()],
          ["/chat, stream", () => client.turn("hi")],
          ["/chat, JSON", () => client.wholeTurn("hi")],
        ]);
        const replies = await measureInTurn(subjects, seconds);
        const times = (name: string): number[] => (replies.get(name) ?? []).map(({ endMs }) => endMs);
        const p50 = (name: string): number => median(times(name));
        const base = (name: string): string => (name.startsWith("bare") ? "bare, nothing" : "/health");
        const over = (name: string): number => p50(name) - p50(base(name));
        return {
          columns: ["first byte p50 ms", "p50 ms", "p99 ms", "over a route that does nothing ms", "over / bare's over"],
          rows: [...subjects.keys()].map((name) => ({
            subject: name,
            cells: [
              median((replies.get(name) ?? []).map(({ firstByteMs }) => firstByteMs)),
              p50(name),
              quantile(times(name), 0.99),
              over(name),
              over(name) / over("bare, stream"),
            ],
          })),
          targets: [{ what: "new session over /health", value: over("/chat, stream"), unit: "ms", atMost: 4 }],
        };
      }),
    );
  },
};
