import type { Route } from "#http/route";
import type { RouteExtension } from "#worker/define-worker";
import { openapiRoute } from "#worker/routes/pages";
import type { Services } from "#worker/services";

/** What an app below apps/ adds to a Worker. Its paths start with `/<name of the app>/`, so that they never meet the platform's. */
export interface WorkerApp {
  readonly routes: readonly Route<Services>[];
}

/** Paths of an OpenAPI document, as the build writes them from the specs of the app's routes. */
export type OpenApiPaths = Readonly<Record<string, unknown>>;

/**
 * Mounts an app in a Worker: its routes pass the same tenant, authentication, limits and input checks as all others, and
 * `/openapi.json` tells of them.
 */
export function withApp({ routes }: WorkerApp, paths: OpenApiPaths): RouteExtension {
  return (platform) => [...routes, ...platform.map((route) => (route === openapiRoute ? documentWith(paths) : route))];
}

function documentWith(own: OpenApiPaths): Route<Services> {
  return {
    spec: openapiRoute.spec,
    async handle({ services }) {
      // Whole, whatever the caller has: the ETag is that of the platform's document.
      const asset = await services.asset("/openapi.json", null);
      const { paths, ...rest } = await asset.json<{ paths: object }>();
      return Response.json({ ...rest, paths: { ...paths, ...own } }, { headers: { "cache-control": "no-cache" } });
    },
  };
}
