import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { decodeEvents } from "#base/server-sent-events";
import { type Call, startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

const SESSIONS = 100;
const LONG_TURNS = 1_000;
const LONG_MESSAGE_CHARS = 10_000;

describe("many turns, in workerd", () => {
  let worker: TestWorker;
  let key: string;
  before(async () => {
    worker = await startTestWorker();
    key = await worker.makeKey("umbrella", ["chat"]);
  });
  after(() => worker.dispose());

  const umbrella = (extra: Call = {}): Call => ({ tenant: "umbrella", key, ...extra });

  /** One turn as a stream: the ids of its events, and its text. */
  async function stream(sessionId: string, message: string): Promise<{ ids: number[]; text: string }> {
    const response = await worker.send("/chat", umbrella({ body: { sessionId, message } }));
    assert.equal(response.status, 200);
    const ids = [];
    let text = "";
    let end = "";
    for await (const { id, event, data } of decodeEvents(response.body as unknown as AsyncIterable<Uint8Array>)) {
      ids.push(Number(id));
      end = event ?? "";
      assert.notEqual(event, "error", data);
      if (event === "message") text += (JSON.parse(data) as { content: string }).content;
    }
    assert.equal(end, "done");
    return { ids, text };
  }

  async function history(sessionId: string): Promise<string[]> {
    const all = [];
    for (let cursor: string | undefined = "0"; cursor !== undefined;) {
      const page = await worker.call(`/chat/${sessionId}/history?limit=200&cursor=${cursor}`, umbrella());
      assert.equal(page.status, 200, page.text);
      const { messages, nextCursor } = page.json.data as unknown as {
        messages: { role: string; content: string }[];
        nextCursor?: string;
      };
      all.push(...messages.map(({ role, content }) => `${role}: ${content}`));
      cursor = nextCursor;
    }
    return all;
  }

  it(`of ${SESSIONS} sessions that stream at once: each message is stored once, in order, where it belongs`, async () => {
    await worker.runtime.control.plan({ kind: "delay", delayMs: 50 }, { times: SESSIONS * 2 });
    const sessions = Array.from({ length: SESSIONS }, (_, index) => `concurrent-${index}`);
    const expected = await Promise.all(
      sessions.map(async (sessionId) => {
        const lines = [];
        let lastId = 0;
        for (const question of [`First question of ${sessionId}.`, `Second question of ${sessionId}.`]) {
          const { ids, text } = await stream(sessionId, question);
          for (const id of ids) assert.ok(id > lastId, "ids increase through all turns");
          lastId = ids.at(-1) ?? 0;
          lines.push(`user: ${question}`, `assistant: ${text}`);
        }
        return lines;
      }),
    );
    const stored = await Promise.all(sessions.map(history));
    assert.deepEqual(stored, expected);
    assert.equal((await worker.runtime.control.modelCalls()).length, SESSIONS * 2);
  });

  it(`of one session with messages of ${LONG_MESSAGE_CHARS / 1_000} kB, ${LONG_TURNS} of them: all are stored, and the last is as quick as the first`, async () => {
    await worker.runtime.control.reset();
    await worker.runtime.control.answerWith("Noted.", { times: LONG_TURNS });
    const sessionId = "long";
    const timesMs: number[] = [];
    for (let turn = 0; turn < LONG_TURNS; turn++) {
      const message = `${turn} `.padEnd(LONG_MESSAGE_CHARS, "all work and no play ");
      const startedMs = performance.now();
      const { status, text } = await worker.call("/chat", umbrella({ body: { sessionId, message, stream: false } }));
      timesMs.push(performance.now() - startedMs);
      assert.equal(status, 200, text);
    }
    const stored = await history(sessionId);
    assert.equal(stored.length, LONG_TURNS * 2);
    for (let turn = 0; turn < LONG_TURNS; turn++) {
      assert.ok(stored[turn * 2]?.startsWith(`user: ${turn} all work`), `turn ${turn}`);
      assert.equal(stored[turn * 2 + 1], "assistant: Noted.");
    }
    const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
    const [early, late] = [median(timesMs.slice(100, 300)), median(timesMs.slice(-200))];
    assert.ok(late < early * 3, `${early} ms per turn became ${late} ms`);
  });

  it("with as many messages at once as a call may bring", async () => {
    const messages = Array.from({ length: 100 }, (_, index) => ({ role: "user", content: `line ${index}` }));
    const sessionId = "hundred";
    const { status, text } = await worker.call("/chat", umbrella({ body: { sessionId, messages, stream: false } }));
    assert.equal(status, 200, text);
    const stored = await history(sessionId);
    assert.deepEqual(
      stored.slice(0, 100),
      messages.map(({ content }) => `user: ${content}`),
    );
    assert.equal(stored.length, 101);
  });
});
