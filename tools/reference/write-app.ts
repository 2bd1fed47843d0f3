/**
 * Build action: checks the routes of an app, and writes what its Workers are made of besides its code.
 *
 *     write-app.js <name> <openapi.json: its paths> <pool-entry.js: a Worker with it for tests>
 */
import { writeFileSync } from "node:fs";

import { appSpecs, routeSpecs } from "#tools/reference/route-specs";

import { describePaths } from "./build-openapi.js";
import { findAppProblem } from "./find-app-problem.js";

const [name = "", openapi = "", poolEntry = ""] = process.argv.slice(2);
const own = await appSpecs(name);
const problem = findAppProblem(name, own, await routeSpecs());
if (problem === undefined) {
  writeFileSync(openapi, `${JSON.stringify(describePaths(own), null, 1)}\n`);
  writeFileSync(
    poolEntry,
    `import { app } from "#apps/${name}/app";
import { withApp } from "#worker/with-app";
import { definePool } from "#worker/testing/define-pool";
import paths from "./openapi.json";

const pool = definePool(withApp(app, paths));

export default pool.handler;
export const { ChatSession, IdempotencyRecord, IngestWorkflow, TenantMetrics, TenantQuota } = pool;
`,
  );
} else {
  console.error(problem);
  process.exitCode = 1;
}
