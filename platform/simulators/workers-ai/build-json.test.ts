import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { buildJson } from "./build-json.js";

describe("buildJson", () => {
  it("fills every kind of value that a schema may ask for", () => {
    const schema = {
      type: "object",
      properties: {
        answer: { type: "string" },
        mood: { enum: ["good", "bad"] },
        count: { type: "integer", minimum: 1 },
        tags: { type: "array", items: { type: "string" }, minItems: 2 },
        nested: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] },
        maybe: { type: ["null", "number"] },
        version: { const: 2 },
      },
    };
    assert.deepEqual(buildJson(schema, "text"), {
      answer: "text",
      mood: "good",
      count: 1,
      tags: ["text", "text"],
      nested: { ok: false },
      maybe: 0,
      version: 2,
    });
  });

  it("answers under `answer` when any object will do", () => {
    assert.deepEqual(buildJson({ type: "object" }, "text"), { answer: "text" });
  });

  it("ends on a schema that contains itself", () => {
    const schema: Record<string, unknown> = { type: "object", required: ["child"] };
    schema["properties"] = { child: schema };
    assert.equal(typeof buildJson(schema, "text"), "object");
  });
});
