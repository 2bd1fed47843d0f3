import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { guessIntent, type QueryIntent } from "#rag/query-intent";
import { withoutCourtesies } from "#rag/understand-query";

const COURTEOUS: readonly (readonly [question: string, plain: string])[] = [
  ["Hello, could you please tell me how long refunds take? Thanks!", "how long refunds take?"],
  ["I would like to know whether dogs are allowed", "dogs are allowed"],
  ["Please explain the travel policy", "Please explain the travel policy"],
  ["Tell me about parental leave, please.", "parental leave"],
  ["Hi! What is RFC 9111?", "What is RFC 9111?"],
  ["Können Sie mir bitte sagen, wie der Antrag geht", "wie der Antrag geht"],
  ["hi", "hi"],
  ["Thank you!", "Thank you!"],
  ["the effect of a jet on a wing", "the effect of a jet on a wing"],
];

const INTENTS: readonly (readonly [QueryIntent, string])[] = [
  ["how_to", "How do I book a flight?"],
  ["how_to", "Wie kann ich Urlaub nehmen?"],
  ["definition", "What is a chunk?"],
  ["definition", "What does abstain mean?"],
  ["comparison", "What is the difference between a silo and a pool?"],
  ["list", "Which countries are covered?"],
  ["reason", "Why was my card declined?"],
  ["yes_no", "Are dogs allowed in the office?"],
  ["lookup", "meal allowance Norway"],
  ["lookup", "How high is the meal allowance?"],
];

describe("withoutCourtesies", () => {
  for (const [question, plain] of COURTEOUS)
    it(`makes "${plain}" of "${question}"`, () => assert.equal(withoutCourtesies(question), plain));
});

describe("guessIntent", () => {
  for (const [intent, question] of INTENTS)
    it(`takes "${question}" for ${intent}`, () => assert.equal(guessIntent(question), intent));
});
