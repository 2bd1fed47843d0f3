import { registerHooks } from "node:module";

import type { RouteSpec } from "#http/route";
import type { WorkerApp } from "#worker/with-app";

/** What the routes' modules import of the runtime; nothing of it is called to describe a route. */
const RUNTIME_STAND_IN = `export class DurableObject {} export class WorkflowEntrypoint {} export const waitUntil = () => undefined;`;

/** Lets modules of a Worker be imported in node. */
export function standInForRuntime(): void {
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === "cloudflare:workers"
        ? { url: `data:text/javascript,${encodeURIComponent(RUNTIME_STAND_IN)}`, shortCircuit: true }
        : nextResolve(specifier, context),
  });
}

/** The specs of all routes, in the order of the documentation, for programs that run in node. */
export async function routeSpecs(): Promise<readonly RouteSpec[]> {
  standInForRuntime();
  const { routes } = await import("#worker/routes/all-routes");
  const { speechRoutes } = await import("#worker/routes/speech");
  const { metricRoutes } = await import("#worker/routes/metrics");
  const { alertRoutes } = await import("#worker/routes/alerts");
  return [...routes, ...speechRoutes, ...metricRoutes, ...alertRoutes].map(({ spec }) => spec);
}

/** The specs of an app's own routes. @throws Error when apps/<name>/app.ts exports no `app` */
export async function appSpecs(name: string): Promise<readonly RouteSpec[]> {
  standInForRuntime();
  const { app } = (await import(`#apps/${name}/app`)) as { app?: WorkerApp };
  if (app === undefined) throw new Error(`apps/${name}/app.ts must export \`app\`, with its routes.`);
  return app.routes.map(({ spec }) => spec);
}
