import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { RouteSpec } from "#http/route";
import { findAppProblem } from "./find-app-problem.js";

const spec = (path: `/${string}`, operationId: string, more: Partial<RouteSpec> = {}): RouteSpec => ({
  method: "GET",
  path,
  operationId,
  summary: "",
  tag: "",
  access: "chat",
  ...more,
});
const platform = [spec("/health", "getHealth")];

describe("findAppProblem", () => {
  it("takes routes below the app's name", () => {
    assert.equal(findAppProblem("desk", [spec("/desk/a", "a"), spec("/desk/:id", "b")], platform), undefined);
  });

  const refused: readonly (readonly [what: string, own: readonly RouteSpec[], problem: RegExp])[] = [
    ["a path of the platform's", [spec("/health", "deskHealth")], /GET \/health is not the app's.*\/desk\//],
    ["a path of another app", [spec("/desks/a", "a")], /not the app's/],
    ["such an alias", [spec("/desk/a", "a", { aliases: ["/a"] })], /GET \/a is not the app's/],
    ["an operationId of the platform's", [spec("/desk/health", "getHealth")], /"getHealth", which another route has/],
    ["an operationId twice", [spec("/desk/a", "a"), spec("/desk/b", "a")], /"a", which another route has/],
    ["no route", [], /has no route/],
  ];
  for (const [what, own, problem] of refused) {
    it(`refuses ${what}`, () => {
      assert.match(findAppProblem("desk", own, platform) ?? "", problem);
    });
  }
});
