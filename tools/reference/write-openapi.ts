import { writeFileSync } from "node:fs";

import { buildOpenApi } from "#http/openapi";
import { routes } from "#worker/routes/all-routes";

// write-openapi <out>: the OpenAPI document of every tenant's Worker, from the routes themselves. Runs in the build.
const [out] = process.argv.slice(2);
if (out === undefined) throw new Error("usage: write-openapi <out.json>");

const document = buildOpenApi(
  routes.map((route) => route.spec),
  {
    title: "Tenant AI platform",
    version: "1",
    description:
      "Chat and search over a tenant's own documents. Errors have one shape; `error.code` says what happened.",
  },
);
writeFileSync(out, `${JSON.stringify(document, null, 1)}\n`);
