import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { missingRow } from "#tests/security/route-rows";
import { routesUnderTest } from "#tests/security/routes-under-test";
import { undeclaredIds } from "#tests/security/undeclared-ids";

const { specs, rows, rowsFile } = await routesUnderTest(process.env["APP"]);

/** What the isolation matrix is made of. */
describe("the rows of the routes", () => {
  it("are one per route, and no more", () => {
    for (const { method, path, operationId, access } of specs) {
      const row = rows.get(operationId);
      assert.ok(row !== undefined, missingRow(method, path, operationId, rowsFile));
      assert.equal(access, row.access, `${method} ${path} is for others than its row in ${rowsFile} says`);
    }
    for (const operationId of rows.keys())
      assert.ok(
        specs.some((spec) => spec.operationId === operationId),
        `ROUTE_ROWS in ${rowsFile} has a row for ${operationId}, and there is no such route: remove it.`,
      );
  });

  it("name every id that a route takes", () => {
    for (const spec of specs) {
      const row = rows.get(spec.operationId);
      if (row !== undefined) assert.deepEqual(undeclaredIds(spec, row), []);
    }
  });
});
