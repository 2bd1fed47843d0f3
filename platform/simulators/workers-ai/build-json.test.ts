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
    assert.deepEqual(buildJson(schema, { text: "text" }), {
      answer: "text",
      mood: "good",
      count: 1,
      tags: ["text", "text"],
      nested: { ok: false },
      maybe: 0,
      version: 2,
    });
  });

  it("makes lists and choices from what it was given to work on", () => {
    const material =
      "### 1\nPlease cancel my order 4711, wrote Ada Lovelace of Acme.\n### 2\nLamps and lamps and a chair.";
    const text = "text";
    const choice = { enum: ["greeting", "cancel_order", "praise"] };
    const people = { type: "array", items: { type: "object", properties: { name: { type: "string" } } } };
    const words = { type: "array", items: { type: "string" }, maxItems: 2 };
    const listed = { type: "array", items: { enum: ["chair", "table"] } };
    const schema = { type: "object", properties: { choice, people, "2": words, listed } };
    assert.deepEqual(buildJson(schema, { text, material }), {
      "2": ["lamps", "chair"],
      choice: "cancel_order",
      people: [{ name: "Ada Lovelace" }, { name: "Acme" }, { name: "Lamps" }],
      listed: ["chair"],
    });
  });

  it("answers under `answer` when any object will do", () => {
    assert.deepEqual(buildJson({ type: "object" }, { text: "text" }), { answer: "text" });
  });

  it("ends on a schema that contains itself", () => {
    const schema: Record<string, unknown> = { type: "object", required: ["child"] };
    schema["properties"] = { child: schema };
    assert.equal(typeof buildJson(schema, { text: "text" }), "object");
  });
});
