import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { matchExpression, MAX_QUERY_WORDS, queryWords, tenantToken } from "#storage/match-expression";
import { tenantIdSchema } from "#tenancy/tenant-id";

const acme = tenantIdSchema.parse("acme");

describe("queryWords", () => {
  it("keeps what tells a topic, in lower case", () => {
    assert.deepEqual(queryWords("What is the Turbine?"), ["turbine"]);
  });

  it("keeps how often a word is said, up to four times, after every other word", () => {
    assert.deepEqual(queryWords("Wing flutter of a swept wing"), ["wing", "flutter", "swept", "wing"]);
    assert.deepEqual(queryWords("go ".repeat(9)), ["go", "go", "go", "go"]);
  });

  it("keeps stop words when there is nothing else", () => {
    assert.deepEqual(queryWords("to be or not to be"), ["to", "be", "or", "not", "to", "be"]);
  });

  it("takes no more words than an expression may hold", () => {
    assert.equal(queryWords(Array.from({ length: 500 }, (_, index) => `w${index}`).join(" ")).length, MAX_QUERY_WORDS);
  });
});

describe("matchExpression", () => {
  it("quotes each word and names the tenant", () => {
    const expression = matchExpression(acme, 'wing" OR tenant:x');
    assert.equal(expression, `tenant : "${tenantToken(acme)}" AND {title context text} : ("wing" OR "tenant" OR "x")`);
  });

  it("holds no quote or operator of the query, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (query) => {
        const expression = matchExpression(acme, query);
        if (expression === undefined) return;
        assert.match(expression, /^tenant : "t[0-9a-f]+0" AND \{title context text\} : \("[^"]+"(?: OR "[^"]+")*\)$/);
      }),
    );
  });

  it("is nothing for a query without a word", () => {
    assert.equal(matchExpression(acme, "?! -- \u0000"), undefined);
  });
});

describe("tenantToken", () => {
  it("is one word, and never a part of another tenant's", () => {
    const labs = tenantToken(tenantIdSchema.parse("acme-labs"));
    assert.match(labs, /^t[0-9a-f]+0$/);
    assert.notEqual(labs, tenantToken(acme));
  });
});
