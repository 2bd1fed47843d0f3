import assert from "node:assert/strict";

import { median, quantile } from "#tests/load/measure/quantile";
import type { Scenario } from "#tests/load/scenario";
import { type ChatClient, withChatClient } from "#tests/load/scenarios/chat-client";
import { CHAT_ANSWER } from "#tests/load/servers/servers";

const SESSIONS = 100;
const TURNS = 5;

/** Many sessions stream at once. Afterwards each must hold every message once, in order. */
export const manySessions: Scenario = {
  name: "many-sessions",
  about: `${SESSIONS} sessions stream ${TURNS} turns each, all at once; every message is stored once and in order`,
  async run({ servers }) {
    return withChatClient(await servers.chat(), SESSIONS, async (client) => {
      const sessions = Array.from({ length: SESSIONS }, () => crypto.randomUUID());
      const startedMs = performance.now();
      const times = (await Promise.all(sessions.map((sessionId) => runSession(client, sessionId)))).flat();
      const seconds = (performance.now() - startedMs) / 1_000;
      for (const sessionId of sessions) await checkHistory(client, sessionId);
      return {
        columns: ["turns/s", "p50 ms", "p99 ms"],
        rows: [{ subject: "/chat, stream", cells: [times.length / seconds, median(times), quantile(times, 0.99)] }],
        targets: [],
      };
    });
  },
};

async function runSession(client: ChatClient, sessionId: string): Promise<number[]> {
  const times = [];
  for (let turn = 0; turn < TURNS; turn++) times.push((await client.turn(`question ${turn}`, sessionId)).endMs);
  return times;
}

async function checkHistory(client: ChatClient, sessionId: string): Promise<void> {
  const stored = (await client.history(sessionId)).map(({ role, content }) => `${role}: ${content}`);
  const expected = Array.from({ length: TURNS }, (_, turn) => [`user: question ${turn}`, `assistant: ${CHAT_ANSWER}`]);
  assert.deepEqual(stored, expected.flat());
}
