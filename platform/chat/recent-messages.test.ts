import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ChatMessage } from "#ai-gateway/model-client";
import { RecentMessages } from "#chat/recent-messages";

const said = (...contents: string[]): ChatMessage[] => contents.map((content) => ({ role: "user", content }));
const texts = (messages: readonly ChatMessage[] | undefined) => messages?.map(({ content }) => content);

describe("the recent messages of a session", () => {
  it("are unknown until they were read, and then the latest with what is added", () => {
    const recent = new RecentMessages();
    recent.add(said("lost"));
    assert.equal(recent.latest(2), undefined);
    recent.keep(3, said("a", "b"));
    recent.add(said("c", "d"));
    assert.deepEqual(texts(recent.latest(3)), ["b", "c", "d"]);
    assert.deepEqual(texts(recent.latest(1)), ["d"]);
    assert.equal(recent.latest(4), undefined);
  });

  it("are all there are, of a session that has fewer", () => {
    const recent = new RecentMessages();
    recent.keep(40, []);
    assert.deepEqual(recent.latest(40), []);
    recent.add(said("a"));
    assert.deepEqual(texts(recent.latest(40)), ["a"]);
  });

  it("are a copy: what a reader does with it is its own", () => {
    const recent = new RecentMessages();
    recent.keep(2, said("a"));
    recent.latest(2)?.push(...said("b"));
    assert.deepEqual(texts(recent.latest(2)), ["a"]);
  });

  it("are not kept when they are large", () => {
    const recent = new RecentMessages();
    recent.keep(40, said("x".repeat(400_000)));
    assert.notEqual(recent.latest(40), undefined);
    recent.add(said("x".repeat(400_000)));
    assert.equal(recent.latest(40), undefined);
  });

  it("are forgotten", () => {
    const recent = new RecentMessages();
    recent.keep(2, said("a"));
    recent.forget();
    assert.equal(recent.latest(1), undefined);
  });
});
