import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decodeEvents } from "#base/server-sent-events";
import { TurnBroadcast } from "#chat/turn-broadcast";

const message = (content: string) => ({
  event: "message" as const,
  data: { content, role: "assistant" as const, sessionId: "s", tenantId: "acme", traceId: "t" },
});

const done = { event: "done" as const, data: { ok: true, finishReason: "stop" as const } };

async function idsOf(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of decodeEvents(stream)) ids.push(id ?? "");
  return ids;
}

describe("TurnBroadcast", () => {
  it("gives every reader all events, past ones first, in order", async () => {
    const broadcast = new TurnBroadcast();
    const early = idsOf(broadcast.follow());
    broadcast.publish([message("a"), message("b")]);
    const late = idsOf(broadcast.follow());
    broadcast.publish([message("c")]);
    broadcast.close();
    assert.deepEqual(await early, ["1", "2", "3"]);
    assert.deepEqual(await late, ["1", "2", "3"]);
  });

  it("continues after the event a reader names, without gap or repeat", async () => {
    const broadcast = new TurnBroadcast();
    broadcast.publish(["a", "b", "c"].map(message));
    broadcast.close();
    assert.deepEqual(await idsOf(broadcast.follow(2)), ["3"]);
    assert.deepEqual(await idsOf(broadcast.follow(3)), []);
  });

  it("sends what is published together in one piece, and the end with it", async () => {
    const broadcast = new TurnBroadcast();
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of broadcast.follow()) pieces.push(new TextDecoder().decode(piece));
    })();
    broadcast.publish([message("a"), message("b")]);
    await new Promise((resolve) => setTimeout(resolve));
    broadcast.publish([message("c"), done]);
    broadcast.close();
    await reading;
    assert.deepEqual(
      pieces.map((piece) => piece.match(/^id: \d+$/gm)),
      [
        ["id: 1", "id: 2"],
        ["id: 3", "id: 4"],
      ],
    );
  });

  it("gives a reader of the whole nothing before the end", async () => {
    const broadcast = new TurnBroadcast();
    let isOver = false;
    const reading = new Response(broadcast.followWhole((events) => events.map(({ event }) => event).join())).text();
    void reading.then(() => (isOver = true));
    broadcast.publish([message("a")]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(isOver, false);
    broadcast.publish([message("b"), done]);
    broadcast.close();
    assert.equal(await reading, "message,message,done");
  });

  it("does not wait for a reader, and tells how many there are", async () => {
    const counts: number[] = [];
    const broadcast = new TurnBroadcast((count) => counts.push(count));
    const reader = broadcast.follow().getReader();
    broadcast.follow();
    await reader.cancel();
    for (let index = 0; index < 1_000; index++) broadcast.publish([message("x")]);
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
