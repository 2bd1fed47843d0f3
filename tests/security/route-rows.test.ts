import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { missingRow, ROUTE_ROWS } from "#tests/security/route-rows";
import { undeclaredIds } from "#tests/security/undeclared-ids";
import { routeSpecs } from "#tools/reference/route-specs";

const specs = await routeSpecs();

/** What the isolation matrix is made of. */
describe("the rows of the routes", () => {
  it("are one per route, and no more", () => {
    for (const { method, path, operationId, access } of specs) {
      const row = ROUTE_ROWS.get(operationId);
      assert.ok(row !== undefined, missingRow(method, path, operationId));
      assert.equal(access, row.access, `${method} ${path} is for others than its row in route-rows.ts says`);
    }
    for (const operationId of ROUTE_ROWS.keys())
      assert.ok(
        specs.some((spec) => spec.operationId === operationId),
        `ROUTE_ROWS in tests/security/route-rows.ts has a row for ${operationId}, and there is no such route: remove it.`,
      );
  });

  it("name every id that a route takes", () => {
    for (const spec of specs) {
      const row = ROUTE_ROWS.get(spec.operationId);
      if (row !== undefined) assert.deepEqual(undeclaredIds(spec, row), []);
    }
  });
});
