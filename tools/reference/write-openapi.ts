/**
 * Build action: writes the OpenAPI document of all routes.
 *
 *     write-openapi.js <file>
 */
import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";

import { buildOpenApi } from "./build-openapi.js";

const INFO = {
  title: "Tenant AI platform",
  version: "1",
  description: "Chat and search over a tenant's own documents. Errors have one shape; `error.code` says what happened.",
};

/** What the routes' modules import of the runtime; nothing of it is called to describe a route. */
const RUNTIME_STAND_IN = `export class DurableObject {} export class WorkflowEntrypoint {} export const waitUntil = () => undefined;`;

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === "cloudflare:workers"
      ? { url: `data:text/javascript,${encodeURIComponent(RUNTIME_STAND_IN)}`, shortCircuit: true }
      : nextResolve(specifier, context),
});

const { routes } = await import("#worker/routes/all-routes");
const specs = routes.map(({ spec }) => spec);
writeFileSync(process.argv[2] ?? "", `${JSON.stringify(buildOpenApi(specs, INFO), null, 1)}\n`);
