import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decodeEvents } from "#base/server-sent-events";
import { TurnBroadcast } from "#chat/turn-broadcast";

const message = (content: string) => ({
  event: "message" as const,
  data: { content, role: "assistant" as const, sessionId: "s", tenantId: "acme", traceId: "t" },
});

async function idsOf(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of decodeEvents(stream)) ids.push(id ?? "");
  return ids;
}

describe("TurnBroadcast", () => {
  it("gives every reader all events, past ones first, in order", async () => {
    const broadcast = new TurnBroadcast();
    const early = idsOf(broadcast.follow());
    broadcast.publish(message("a"));
    broadcast.publish(message("b"));
    const late = idsOf(broadcast.follow());
    broadcast.publish(message("c"));
    broadcast.close();
    assert.deepEqual(await early, ["1", "2", "3"]);
    assert.deepEqual(await late, ["1", "2", "3"]);
  });

  it("continues after the event a reader names, without gap or repeat", async () => {
    const broadcast = new TurnBroadcast();
    for (const text of ["a", "b", "c"]) broadcast.publish(message(text));
    broadcast.close();
    assert.deepEqual(await idsOf(broadcast.follow(2)), ["3"]);
    assert.deepEqual(await idsOf(broadcast.follow(3)), []);
  });

  it("does not wait for a reader, and tells how many there are", async () => {
    const counts: number[] = [];
    const broadcast = new TurnBroadcast((count) => counts.push(count));
    const reader = broadcast.follow().getReader();
    broadcast.follow();
    await reader.cancel();
    for (let index = 0; index < 1_000; index++) broadcast.publish(message("x"));
    assert.deepEqual(counts, [1, 2, 1]);
  });

  it("tells nothing of readers that leave after the end", async () => {
    const counts: number[] = [];
    const broadcast = new TurnBroadcast((count) => counts.push(count));
    const reading = idsOf(broadcast.follow());
    broadcast.close();
    await reading;
    assert.deepEqual(counts, [1]);
  });
});
