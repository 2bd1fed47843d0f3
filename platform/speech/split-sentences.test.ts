import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { splitSentences } from "#speech/split-sentences";

describe("splitSentences", () => {
  for (const [language, sentence] of [
    ["English", "The boats come home when the sun goes down. "],
    ["German", "Die Boote kehren heim, wenn die Sonne um 8.30 Uhr untergeht! "],
    ["French", "Les bateaux rentrent-ils au coucher du soleil ? "],
    ["Spanish", "¿Vuelven los barcos cuando se pone el sol? "],
    ["Greek", "Τα καράβια γυρίζουν όταν δύει ο ήλιος. "],
    ["Chinese", "太阳下山的时候，渔船就回到港口来了。"],
    ["Japanese", "太陽が沈むころ、漁船が港に帰ってくる。"],
    ["Arabic", "هل تعود القوارب عندما تغرب الشمس؟ "],
    ["Hindi", "सूरज डूबने पर नावें घर लौट आती हैं। "],
  ] as const) {
    it(`cuts between sentences in ${language}`, () => {
      const text = sentence.repeat(20).trim();
      const pieces = splitSentences(text, 1_000);
      assert.ok(pieces.length > 2, `${pieces.length} pieces`);
      for (const piece of pieces) assert.equal(piece.replaceAll(sentence.trim(), "").trim(), "", piece);
      assert.ok((pieces[0] ?? "").length < 100);
    });
  }

  it("begins with little, so that it is heard soon, and says short sentences together", () => {
    const pieces = splitSentences("Dr. Who is here. ".repeat(60), 1_000);
    assert.ok((pieces[0] ?? "").length >= 40 && (pieces[0] ?? "").length < 80);
    assert.ok(pieces.slice(1, -1).every(({ length }) => length >= 199 && length < 240));
  });

  it("cuts a sentence without end between words, and a word without end anywhere but in a character", () => {
    const words = splitSentences("word ".repeat(500), 300);
    assert.ok(words.every((piece) => piece.length <= 300 && /^(word ?)+$/.test(piece)));
    const faces = splitSentences(`a${"😀".repeat(500)}b`, 301);
    assert.ok(faces.every((piece) => piece.isWellFormed()));
  });

  it("leaves out what no voice can say", () => {
    const pieces = splitSentences(`${"!? ".repeat(500)} Hello. ${"*** ".repeat(500)}`, 100);
    assert.equal(pieces.length, 1);
    assert.match(pieces.join(), /Hello/);
    assert.deepEqual(splitSentences("\n\n", 100), []);
  });

  it("keeps every word, in its order, in pieces within the limit", () => {
    const limit = 80;
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 600 }), (text) => {
        const pieces = splitSentences(text, limit);
        const said = (value: string): string => value.toWellFormed().replace(/[^\p{L}\p{N}]/gu, "");
        assert.equal(said(pieces.join("")), said(text));
        assert.ok(pieces.every((piece) => piece.length <= limit && piece.trim() === piece && piece !== ""));
      }),
    );
  });
});
