import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { accessTokens, matchExpression, MAX_QUERY_WORDS, queryWords } from "#storage/match-expression";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

const acme = tenantIdSchema.parse("acme");
const noLabels: ReadonlySet<string> = new Set();

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
  it("quotes each word, and names the tenant with what of it is everyone's", () => {
    const expression = matchExpression(acme, 'wing" OR tenant:x', noLabels);
    const everyone = accessTokens(acme, []);
    assert.equal(expression, `tenant : ("${everyone}") AND {title context text} : ("wing" OR "tenant" OR "x")`);
  });

  it("names each label of the reader besides", () => {
    const expression = matchExpression(acme, "wing", new Set(["team:legal", "hr"]));
    const access = [accessTokens(acme, []), accessTokens(acme, ["team:legal"]), accessTokens(acme, ["hr"])];
    assert.equal(
      expression,
      `tenant : (${access.map((token) => `"${token}"`).join(" OR ")}) AND {title context text} : ("wing")`,
    );
  });

  it("holds no quote or operator of the query, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (query) => {
        const expression = matchExpression(acme, query, noLabels);
        if (expression === undefined) return;
        assert.match(
          expression,
          /^tenant : \("t[0-9a-f]+x0"\) AND \{title context text\} : \("[^"]+"(?: OR "[^"]+")*\)$/,
        );
      }),
    );
  });

  it("is nothing for a query without a word", () => {
    assert.equal(matchExpression(acme, "?! -- \u0000", noLabels), undefined);
  });
});

describe("accessTokens", () => {
  const tenant = fc.stringMatching(/^[a-z][a-z0-9-]{1,62}$/).map((id) => tenantIdSchema.parse(id));
  const label = fc.stringMatching(/^[A-Za-z0-9._:@/-]{1,100}$/);
  const access = fc.tuple(tenant, fc.array(label, { maxLength: 1 }));

  it("is one word for a tenant and a label, which no other tenant and label have", () => {
    fc.assert(
      fc.property(access, access, ([tenantA, a], [tenantB, b]) => {
        const tokens = [accessTokens(tenantA, a), accessTokens(tenantB, b)] as const;
        for (const token of tokens) assert.match(token, /^[a-z][a-z0-9]*0$/);
        const isSame = tenantA === tenantB && a[0] === b[0];
        assert.equal(tokens[0] === tokens[1], isSame);
      }),
    );
    assert.notEqual(accessTokens(acme, ["ab"]), accessTokens(acme, ["AB"]));
  });

  it("is one word per label", () => {
    assert.deepEqual(accessTokens(acme, ["a", "b"]).split(" "), [accessTokens(acme, ["a"]), accessTokens(acme, ["b"])]);
  });
});
