import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { TextPart } from "#ai-gateway/model-client";
import { ModelFailure } from "#ai-gateway/model-failure";
import { ModelStreamParser } from "#ai-gateway/model-stream-parser";

const encoder = new TextEncoder();
const textStream = (...events: string[]) => events.map((event) => `data: ${event}\n\n`).join("");
const bytesOf = (...events: string[]) => encoder.encode(textStream(...events));

function parse(
  chunks: readonly Uint8Array[],
  stop: readonly string[] = [],
  options: { readonly maxTokens?: number } = {},
): TextPart[] {
  let ids = 0;
  const newCallId = () => `new-${++ids}`;
  const parser = new ModelStreamParser({ promptText: () => "two words", stop, newCallId, ...options });
  const parts = [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.finish()];
  parser.throwIfBroken();
  return parts;
}
const textOf = (parts: readonly TextPart[]) => parts.map((part) => (part.type === "text" ? part.text : "")).join("");
const callsOf = (parts: readonly TextPart[]) => parts.flatMap((part) => (part.type === "tool_call" ? [part.call] : []));
const endOf = (parts: readonly TextPart[]) => {
  const ends = parts.flatMap((part) => (part.type === "end" ? [part] : []));
  assert.equal(ends.length, 1, "exactly one end");
  assert.equal(parts.at(-1), ends[0], "the end comes last");
  const { usage, finishReason } = ends[0] ?? assert.fail();
  return { ...usage, finishReason };
};
function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...at.map((place) => Math.min(place, bytes.length)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.slice(places[index], end));
}

const workersAi = bytesOf(
  '{"response":"Grüße "}',
  '{"response":"","p":"x"}',
  '{"response":"🌍!"}',
  '{"response":"","tool_calls":[{"name":"weather","arguments":{"city":"Zürich"}},{"name":"time","arguments":{}}]}',
  '{"response":"","usage":{"prompt_tokens":7,"completion_tokens":3}}',
  "[DONE]",
);
const openAi = bytesOf(
  '{"choices":[{"delta":{"role":"assistant","content":""}}]}',
  '{"choices":[{"delta":{"content":"Hi 🌍"},"finish_reason":null}]}',
  '{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":""}}]}}]}',
  '{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"time","arguments":"{\\"zone\\":"}}]}}]}',
  '{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"city\\":\\"Zür"}}]}}]}',
  '{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"ich\\"}"}},{"index":1,"function":{"arguments":"\\"UTC\\"}"}}]}}]}',
  '{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}',
  '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}',
  "[DONE]",
);

describe("ModelStreamParser", () => {
  it("takes an answer of as many tokens as were allowed for one that was cut, unless the model says otherwise", () => {
    const said = (tokens: number) => `{"response":"","usage":{"prompt_tokens":1,"completion_tokens":${tokens}}}`;
    const reasonOf = (maxTokens: number, ...events: string[]) =>
      endOf(parse([bytesOf('{"response":"a"}', ...events, "[DONE]")], [], { maxTokens })).finishReason;
    assert.equal(reasonOf(3, said(3)), "length");
    assert.equal(reasonOf(4, said(3)), "stop");
    assert.equal(reasonOf(3, '{"choices":[{"delta":{},"finish_reason":"stop"}]}', said(3)), "stop");
    assert.equal(reasonOf(3, '{"response":"","tool_calls":[{"name":"time","arguments":{}}]}', said(3)), "tool_calls");
    // An estimate errs to the high side: it proves nothing.
    assert.equal(reasonOf(1), "stop");
  });

  it("reads Workers AI's events and whole tool calls the same at every pair of cuts", () => {
    for (let first = 0; first <= workersAi.length; first++) {
      for (let second = first; second <= workersAi.length; second += 5) {
        const parts = parse(cut(workersAi, [first, second]));
        assert.equal(textOf(parts), "Grüße 🌍!");
        assert.deepEqual(callsOf(parts), [
          { id: "new-1", name: "weather", arguments: '{"city":"Zürich"}' },
          { id: "new-2", name: "time", arguments: "{}" },
        ]);
        assert.deepEqual(endOf(parts), { tokensIn: 7, tokensOut: 3, isEstimate: false, finishReason: "tool_calls" });
      }
    }
  });

  it("puts OpenAI's tool calls together from interleaved pieces, at every pair of cuts", () => {
    for (let first = 0; first <= openAi.length; first++) {
      for (let second = first; second <= openAi.length; second += 13) {
        const parts = parse(cut(openAi, [first, second]));
        assert.equal(textOf(parts), "Hi 🌍");
        assert.deepEqual(callsOf(parts), [
          { id: "a", name: "weather", arguments: '{"city":"Zürich"}' },
          { id: "b", name: "time", arguments: '{"zone":"UTC"}' },
        ]);
        assert.deepEqual(endOf(parts), { tokensIn: 1, tokensOut: 2, isEstimate: false, finishReason: "tool_calls" });
      }
    }
  });

  it("gives back any text and any arguments, in either shape, with either line end, cut anywhere", () => {
    const piece = fc.string({ unit: "binary", maxLength: 8 }).map((text) => text.toWellFormed());
    const property = fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.array(piece, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.array(fc.nat(1_500), { maxLength: 12 }),
      (texts, given, isOpenAi, lineEnd, cuts) => {
        const events = isOpenAi
          ? [
              ...texts.map((content) => ({ choices: [{ delta: { content } }] })),
              ...given.map((text, n) => ({
                choices: [
                  {
                    delta: {
                      tool_calls: [{ index: 0, function: { ...(n === 0 ? { name: "t" } : {}), arguments: text } }],
                    },
                  },
                ],
              })),
            ]
          : [
              ...texts.map((response) => ({ response })),
              { response: "", tool_calls: [{ name: "t", arguments: { given } }] },
            ];
        const stream = [...events.map((event) => JSON.stringify(event)), "[DONE]"];
        const bytes = encoder.encode(stream.map((event) => `data: ${event}${lineEnd}${lineEnd}`).join(""));
        const parts = parse(cut(bytes, cuts));
        assert.equal(textOf(parts), texts.join(""));
        assert.equal(callsOf(parts)[0]?.arguments, isOpenAi ? given.join("") || "{}" : JSON.stringify({ given }));
        assert.equal(endOf(parts).finishReason, "tool_calls");
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it("reads an event whose data is spread over several lines, with comments between", () => {
    const bytes = encoder.encode(
      ': ping\r\ndata: {"response":\r\ndata: "one"}\r\n\r\n: ping\r\n\r\ndata: [DONE]\r\n\r\n',
    );
    assert.equal(textOf(parse([bytes])), "one");
  });

  it("takes the last usage told, wherever it stands", () => {
    const parts = parse([
      bytesOf(
        '{"response":"a","usage":{"prompt_tokens":5,"completion_tokens":1}}',
        '{"response":"b","usage":{"prompt_tokens":5,"completion_tokens":2}}',
        "[DONE]",
      ),
    ]);
    assert.deepEqual(endOf(parts), { tokensIn: 5, tokensOut: 2, isEstimate: false, finishReason: "stop" });
  });

  it("ignores what comes after [DONE], garbage too", () => {
    assert.equal(textOf(parse([bytesOf('{"response":"a"}', "[DONE]", '{"response":"b"}', "garbage")])), "a");
  });

  it("ends after nothing but empty tokens", () => {
    const parts = parse([bytesOf('{"response":""}', '{"response":""}', '{"response":""}', "[DONE]")]);
    assert.deepEqual(
      parts.map((part) => part.type),
      ["end"],
    );
  });

  it("takes tokens that come as numbers for text", () => {
    assert.equal(textOf(parse([bytesOf('{"response":4}', '{"response":2}', "[DONE]")])), "42");
  });

  it("estimates the usage a provider does not tell, and says so", () => {
    const end = endOf(parse([bytesOf('{"response":"four letters here"}', "[DONE]")]));
    assert.ok(end.isEstimate && end.tokensIn >= 2 && end.tokensOut >= 3);
  });

  it("takes a stream without [DONE] for complete when it said why it finished, or last told only its usage", () => {
    const finished = parse([bytesOf('{"choices":[{"delta":{"content":"a"},"finish_reason":"length"}]}')]);
    assert.equal(endOf(finished).finishReason, "length");
    const onlyUsage = '{"response":"","usage":{"prompt_tokens":1,"completion_tokens":1}}';
    assert.equal(endOf(parse([bytesOf('{"response":"a"}', onlyUsage)])).finishReason, "stop");
    assert.equal(textOf(parse([encoder.encode('data: {"response":"a"}\n\ndata: [DONE]')])), "a");
  });

  for (const [name, events] of [
    ["after a token", ['{"response":"a"}']],
    ["after a token with a running total", ['{"response":"a","usage":{"prompt_tokens":1,"completion_tokens":1}}']],
    ["before anything", []],
  ] as const) {
    it(`takes a stream that just ends ${name} for broken`, () => {
      assert.throws(() => parse([bytesOf(...events)]), ModelFailure);
    });
  }

  it("takes a stream that ends within an event for broken", () => {
    assert.throws(() => parse([encoder.encode('data: {"response":"a"}\n\ndata: {"respon')]), ModelFailure);
  });

  for (const data of ['{"errors":[{"message":"no"}]}', '{"error":{"message":"no"}}', "<html>", "[1", "7", "null"]) {
    it(`fails on ${data}`, () => {
      assert.throws(() => parse([bytesOf('{"response":"a"}', data)]), { name: "ModelFailure", kind: "unavailable" });
    });
  }

  it("hands out what came before the fault, however the chunks are cut", () => {
    const bytes = bytesOf('{"response":"a"}', '{"response":"b"}', "<html>", '{"response":"c"}');
    for (let place = 0; place <= bytes.length; place++) {
      const parser = new ModelStreamParser({ promptText: () => "" });
      const parts: TextPart[] = [];
      assert.throws(() => {
        for (const chunk of cut(bytes, [place])) {
          parser.throwIfBroken();
          parts.push(...parser.push(chunk));
        }
        parser.throwIfBroken();
      }, ModelFailure);
      assert.equal(textOf(parts), "ab");
    }
  });

  it("never throws anything but a ModelFailure, whatever the bytes", () => {
    const property = fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), (chunks) => {
      const hostile = [encoder.encode("data: {"), ...chunks];
      for (const input of [chunks, hostile]) {
        try {
          parse(input);
        } catch (error) {
          assert.ok(error instanceof ModelFailure, String(error));
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("ends at a stop sequence, however it is cut, and says that the model may go on", () => {
    const bytes = bytesOf('{"response":"one E"}', '{"response":"ND tw"}', '{"response":"o"}', "[DONE]");
    for (let place = 0; place <= bytes.length; place++) {
      const parts = parse(cut(bytes, [place]), ["END"]);
      assert.equal(textOf(parts), "one ");
      assert.equal(endOf(parts).finishReason, "stop");
    }
  });

  it("reads whole answers of both shapes, JSON mode's objects too, and refuses what is none", () => {
    const whole = (value: unknown) => new ModelStreamParser({ promptText: () => "" }).pushWhole(JSON.stringify(value));
    const usage = { prompt_tokens: 1, completion_tokens: 2 };
    assert.equal(textOf(whole({ response: "Hi", usage })), "Hi");
    assert.equal(textOf(whole({ response: { city: "Rome" }, usage })), '{"city":"Rome"}');
    const message = { content: null, tool_calls: [{ id: "x", function: { name: "t", arguments: "{}" } }] };
    const parts = whole({ choices: [{ message, finish_reason: "tool_calls" }], usage });
    assert.deepEqual(callsOf(parts), [{ id: "x", name: "t", arguments: "{}" }]);
    assert.deepEqual(endOf(parts), { tokensIn: 1, tokensOut: 2, isEstimate: false, finishReason: "tool_calls" });
    assert.equal(callsOf(whole({ response: null, tool_calls: [{ name: "t", arguments: { a: 1 } }] })).length, 1);
    for (const garbage of [{}, { hello: 1 }, [], "text"]) assert.throws(() => whole(garbage), ModelFailure);
  });
});
