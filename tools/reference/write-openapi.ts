/**
 * Build action: writes the OpenAPI document of all routes.
 *
 *     write-openapi.js <file>
 */
import { writeFileSync } from "node:fs";

import { routeSpecs } from "#tools/reference/route-specs";

import { buildOpenApi } from "./build-openapi.js";

const INFO = {
  title: "Tenant AI platform",
  version: "1",
  description: "Chat and search over a tenant's own documents. Errors have one shape; `error.code` says what happened.",
};

const specs = await routeSpecs();
writeFileSync(process.argv[2] ?? "", `${JSON.stringify(buildOpenApi(specs, INFO), null, 1)}\n`);
