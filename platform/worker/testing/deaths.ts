import assert from "node:assert/strict";

import { decodeEvents, type ServerSentEvent } from "#base/server-sent-events";
import { sessionObjectName } from "#chat/session-name";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { DEATH_PATH } from "#worker/testing/mortal";
import type { TestWorker } from "#worker/testing/start-test-worker";

/** Resets an object at once, in the middle of whatever it does. */
export async function kill(worker: TestWorker, binding: string, name: string): Promise<void> {
  const { status } = await worker.call(`${DEATH_PATH}?${new URLSearchParams({ binding, name }).toString()}`);
  assert.equal(status, 204, `${name} lives`);
}

/** The same for a session. */
export function killSession(worker: TestWorker, tenant: string, sessionId: string): Promise<void> {
  return kill(worker, "CHAT_SESSIONS", sessionObjectName(tenantIdSchema.parse(tenant), sessionId));
}

/** Words of a model's answer. */
export const WORDS = 6;
export const ANSWER = Array.from({ length: WORDS }, (_, index) => `word${index} `).join("");
/** What it has cost, as the model says. */
export const ANSWER_TOKENS = 15;

/** The chunks of that answer, to be sent word by word, so slowly that a test can act between two of them. */
export function answerChunks(): string[] {
  const words = Array.from({ length: WORDS }, (_, index) => `data: {"response":"word${index} "}\n\n`);
  const usage = { prompt_tokens: ANSWER_TOKENS - WORDS, completion_tokens: WORDS };
  return [...words, `data: ${JSON.stringify({ response: "", usage })}\n\n`, "data: [DONE]\n\n"];
}

/** Reads a stream of events that may break off. */
export class EventReader {
  readonly #events: AsyncIterator<ServerSentEvent, unknown>;

  constructor(response: Response) {
    this.#events = decodeEvents(response.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  /** The next events, so many or up to one that fits. */
  async take(until: number | ((event: ServerSentEvent) => boolean)): Promise<ServerSentEvent[]> {
    const events: ServerSentEvent[] = [];
    for (;;) {
      if (events.length === until) return events;
      const next = await this.#events.next();
      if (next.done === true) assert.fail(`it ended after ${events.length} events`);
      events.push(next.value);
      if (typeof until === "function" && until(next.value)) return events;
    }
  }

  /** What still comes before the stream ends or breaks. */
  async rest(): Promise<ServerSentEvent[]> {
    const events: ServerSentEvent[] = [];
    try {
      for (;;) {
        const next = await this.#events.next();
        if (next.done === true) return events;
        events.push(next.value);
      }
    } catch (error) {
      // The connection ends with the object.
      assert.ok(error instanceof TypeError, String(error));
      return events;
    }
  }
}
