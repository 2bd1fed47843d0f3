import { registerHooks } from "node:module";

import type { RouteSpec } from "#http/route";

/** What the routes' modules import of the runtime; nothing of it is called to describe a route. */
const RUNTIME_STAND_IN = `export class DurableObject {} export class WorkflowEntrypoint {} export const waitUntil = () => undefined;`;

/** The specs of all routes, in the order of the documentation, for programs that run in node. */
export async function routeSpecs(): Promise<readonly RouteSpec[]> {
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === "cloudflare:workers"
        ? { url: `data:text/javascript,${encodeURIComponent(RUNTIME_STAND_IN)}`, shortCircuit: true }
        : nextResolve(specifier, context),
  });
  const { routes } = await import("#worker/routes/all-routes");
  const { speechRoutes } = await import("#worker/routes/speech");
  const { metricRoutes } = await import("#worker/routes/metrics");
  const { alertRoutes } = await import("#worker/routes/alerts");
  return [...routes, ...speechRoutes, ...metricRoutes, ...alertRoutes].map(({ spec }) => spec);
}
