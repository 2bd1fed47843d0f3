import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import { quantile } from "#tests/load/measure/quantile";
import type { LoadClient, StoredMessage } from "#tests/load/profiles/load-client";
import type { Profile, ProfileRun, ProfileOutcome } from "#tests/load/profiles/profile";
import type { NamedResult } from "#tests/load/scenario";

const SESSIONS = 100;
const TURNS = 5;

/** Sessions that stream at the same time. Afterwards each must hold what was asked and what was streamed, once and in order. */
export const streamingSessions: Profile = {
  name: "sessions",
  about: `${SESSIONS} sessions stream ${TURNS} turns each, all at once; every message is stored once and in order`,
  size: ({ rateFactor }) => ({ requests: countSessions(rateFactor) * (TURNS + 1), seconds: 10 }),
  run: runSessions,
};

interface Conversation {
  readonly sessionId: string;
  readonly firstMs: readonly number[];
  readonly said: readonly StoredMessage[];
}

async function runSessions({ subject: { client }, rateFactor, progress }: ProfileRun): Promise<ProfileOutcome> {
  let open = 0;
  let mostOpen = 0;
  let turns = 0;
  const startedMs = performance.now();
  const conversations = await Promise.all(
    Array.from({ length: countSessions(rateFactor) }, () =>
      converse(client, async (ask) => {
        mostOpen = Math.max(mostOpen, ++open);
        const answer = await ask();
        open--;
        progress(`${++turns} turns, ${open} open`);
        return answer;
      }),
    ),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  const wrong = await countWrong(client, conversations);
  const firstMs = conversations.flatMap((conversation) => conversation.firstMs);
  const result: NamedResult = {
    name: "sessions",
    about: streamingSessions.about,
    columns: ["sessions", "turns", "turns/s", "most open", "first token p50 ms", "p99 ms", "messages stored"],
    rows: [
      {
        subject: "/chat, stream",
        cells: [
          ...[conversations.length, turns, turns / seconds, mostOpen],
          ...[quantile(firstMs, 0.5), quantile(firstMs, 0.99), conversations.length * TURNS * 2],
        ],
      },
    ],
    targets: [
      { what: "sessions whose messages are not stored once and in order", value: wrong, unit: "", atMost: 0 },
      { what: "turns open at once", value: mostOpen, unit: "", atLeast: conversations.length },
    ],
  };
  return { results: [result], plots: [], raw: { seconds, mostOpen, wrong, firstMs } };
}

async function converse(
  client: LoadClient,
  counted: (ask: () => ReturnType<LoadClient["turn"]>) => ReturnType<LoadClient["turn"]>,
): Promise<Conversation> {
  const sessionId = randomUUID();
  const firstTimes: number[] = [];
  const said: StoredMessage[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const question = `question ${turn} of ${sessionId}`;
    const { text, firstMs } = await counted(() => client.turn(question, sessionId));
    firstTimes.push(firstMs);
    said.push({ role: "user", content: question }, { role: "assistant", content: text });
  }
  return { sessionId, firstMs: firstTimes, said };
}

/** How many sessions hold something else than what was said in them. */
async function countWrong(client: LoadClient, conversations: readonly Conversation[]): Promise<number> {
  let wrong = 0;
  for (const { sessionId, said } of conversations) {
    const stored = (await client.history(sessionId)).map(({ role, content }) => ({ role, content }));
    if (!isDeepStrictEqual(stored, said)) wrong++;
  }
  return wrong;
}

function countSessions(rateFactor: number): number {
  return Math.max(1, Math.round(SESSIONS * rateFactor));
}
