import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { seededRandom } from "../faults/seeded-random.js";
import { chooseVersion } from "./choose-version.js";
import { matchesRoute } from "./find-script.js";

const shares = [
  { version_id: "old", percentage: 90 },
  { version_id: "new", percentage: 10 },
];

describe("chooseVersion", () => {
  it("divides the requests by the percentages", () => {
    const random = seededRandom(3);
    const chosen = Array.from({ length: 10_000 }, () => chooseVersion("acme", shares, undefined, random()));
    const share = chosen.filter((id) => id === "new").length / chosen.length;
    assert.ok(share > 0.09 && share < 0.11, `${share}`);
  });

  it("never chooses a version that gets 0 %", () => {
    const none = [
      { version_id: "new", percentage: 0 },
      { version_id: "old", percentage: 100 },
    ];
    assert.equal(chooseVersion("acme", none, undefined, 0), "old");
  });

  it("obeys an override for this script and a version of the deployment", () => {
    const choose = (header: string) => chooseVersion("acme", shares, header, 0);
    assert.equal(choose('acme="new"'), "new");
    assert.equal(choose('globex="x", acme="new"'), "new");
    assert.equal(choose('globex="new"'), "old");
    assert.equal(choose('acme="gone"'), "old");
    assert.equal(choose("acme=new"), "old");
  });
});

describe("matchesRoute", () => {
  it("takes * for any text and everything else literally", () => {
    assert.ok(matchesRoute("a.example/*", "a.example/x/y"));
    assert.ok(matchesRoute("*.example/api", "b.example/api"));
    assert.ok(!matchesRoute("a.example/*", "aXexample/x"));
    assert.ok(!matchesRoute("a.example/api", "a.example/api/x"));
  });
});
