import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { completionRequestSchema } from "#openai/completion-request";
import { embeddingRequestSchema } from "#openai/embedding-request";

const messages = [{ role: "user", content: "hi" }];

/** The first broken rule: its path, and what is told. */
function issueOf(body: object): { path: string; message: string } | undefined {
  const [issue] = completionRequestSchema.safeParse({ messages, ...body }).error?.issues ?? [];
  return issue && { path: issue.path.join("."), message: issue.message };
}

describe("completionRequestSchema", () => {
  it("takes null for absent in every optional field", () => {
    const names = Object.keys(completionRequestSchema.shape).filter((name) => name !== "messages");
    assert.equal(issueOf(Object.fromEntries(names.map((name) => [name, null]))), undefined);
  });

  it("drops keys that it does not know, at every level", () => {
    const parsed = completionRequestSchema.parse({
      messages: [{ role: "user", content: [{ type: "text", text: "hi", cache: 1 }], name: "x" }],
      parallel_tool_calls: true,
    });
    assert.deepEqual(parsed, { messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }] });
  });

  it("says of what is not supported that it is not", () => {
    const image = [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }];
    assert.match(issueOf({ messages: image })?.message ?? "", /images, audio and files are not supported/);
    assert.match(issueOf({ n: 2 })?.message ?? "", /one answer/);
    assert.match(issueOf({ tools: [{ type: "web_search" }] })?.message ?? "", /other kinds of tools/);
  });

  it("demands tools for a choice that needs them", () => {
    assert.equal(issueOf({ tool_choice: "required" })?.path, "tool_choice");
    assert.equal(issueOf({ tool_choice: "auto" }), undefined);
  });

  it("takes a schema for the answer and demands its name", () => {
    const format = (json_schema: object) => ({ response_format: { type: "json_schema", json_schema } });
    assert.equal(issueOf(format({ name: "answer", schema: { type: "object" } })), undefined);
    assert.equal(issueOf(format({ schema: {} }))?.path, "response_format.json_schema.name");
  });
});

describe("embeddingRequestSchema", () => {
  it("takes a text or up to 2,048 of them", () => {
    for (const input of ["x", ["x"], Array.from({ length: 2_048 }, () => "x")])
      assert.ok(embeddingRequestSchema.safeParse({ input }).success);
  });

  it("says of tokens that they are not supported", () => {
    for (const input of [[1, 2], [[1]], 1, null]) {
      const [issue] = embeddingRequestSchema.safeParse({ input }).error?.issues ?? [];
      assert.match(issue?.message ?? "", /arrays of tokens are not supported/);
    }
  });

  it("refuses empty texts and too many", () => {
    for (const input of ["", [""], [], Array.from({ length: 2_049 }, () => "x")])
      assert.equal(embeddingRequestSchema.safeParse({ input }).error?.issues[0]?.path[0], "input");
  });
});
