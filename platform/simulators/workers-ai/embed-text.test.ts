import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { embedText } from "./embed-text.js";

const corpus = [
  "Refunds are paid back to the original payment method within five working days of receiving the returned parcel.",
  "Our headquarters are in Lisbon; the support team works from Tallinn and answers between 8:00 and 18:00.",
  "To reset a password, open the account page, choose security and follow the link that is mailed to you.",
  "The battery of the X200 lasts about eleven hours and charges fully in ninety minutes.",
  "Invoices can be downloaded as PDF files from the billing tab until seven years after the purchase.",
  "Orders above fifty euros ship free of charge; express delivery costs nine euros.",
  "The warranty covers defects of material for two years and excludes water damage.",
  "Gift cards expire after three years and cannot be exchanged for cash.",
];

const questions: readonly (readonly [question: string, passage: number])[] = [
  ["How long until I am paid back for a returned item?", 0],
  ["Where is the company headquartered?", 1],
  ["I forgot my passwords, how do I reset them?", 2],
  ["How many hours does the X200 battery last?", 3],
  ["where can i download an invoice", 4],
  ["What does express shipping cost?", 5],
  ["Is water damage covered by the warranty?", 6],
  ["When do gift cards expire?", 7],
];

describe("embedText", () => {
  for (const dimensions of [384, 768, 1_024]) {
    it(`finds the right passage first for every question with ${dimensions} dimensions`, () => {
      const passages = corpus.map((text) => embedText(text, dimensions));
      for (const [question, expected] of questions) {
        const asked = embedText(question, dimensions);
        const scores = passages.map((passage) => cosine(asked, passage));
        assert.equal(
          scores.indexOf(Math.max(...scores)),
          expected,
          `${question}: ${scores.map((s) => s.toFixed(2)).join(" ")}`,
        );
      }
    });
  }

  it("gives the same vector of length 1 for the same text", () => {
    const vector = embedText("The same text", 768);
    assert.deepEqual(vector, embedText("The same text", 768));
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-4);
  });

  it("takes inflections of a word for nearly the same", () => {
    assert.ok(similarity("running shoes", "run shoe") > 0.85);
    assert.ok(similarity("running shoes", "walking boots") < 0.2);
  });

  it("still finds a misspelt word through its letters", () => {
    const typo = similarity("kubernets", "kubernetes");
    assert.ok(typo > 0.01 && typo > similarity("kubernets", "strawberry") + 0.01, String(typo));
  });

  it("lets rare words decide over common ones", () => {
    const question = "what is the warranty of this thing";
    assert.ok(similarity(question, "warranty") > similarity(question, "what is this thing"));
  });

  it("ignores case, accents and the order of words", () => {
    assert.ok(similarity("Café Olé", "cafe ole") > 0.99);
    assert.ok(similarity("white dog", "dog white") > 0.99);
  });

  it("has a direction for texts without any word", () => {
    assert.ok(Math.abs(Math.hypot(...embedText("?!", 384)) - 1) < 1e-4);
  });

  it("looks at no more than the tokens a model takes", () => {
    const filler = "word ".repeat(600);
    assert.deepEqual(embedText(`${filler} zebra`, 768, 512), embedText(`${filler} giraffe`, 768, 512));
  });
});

function similarity(a: string, b: string): number {
  return cosine(embedText(a, 768), embedText(b, 768));
}

function cosine(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
