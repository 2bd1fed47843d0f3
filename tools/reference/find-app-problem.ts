import type { RouteSpec } from "#http/route";

/** What is wrong with the routes of an app, in one sentence; `undefined` when they can be mounted beside the platform's. */
export function findAppProblem(
  name: string,
  own: readonly RouteSpec[],
  platform: readonly RouteSpec[],
): string | undefined {
  const ids = new Set(platform.map(({ operationId }) => operationId));
  for (const { method, path, aliases = [], operationId } of own) {
    const outside = [path, ...aliases].find((each) => !each.startsWith(`/${name}/`));
    if (outside !== undefined) {
      return `${method} ${outside} is not the app's: let its path start with /${name}/, where the platform never has a route.`;
    }
    if (ids.has(operationId)) {
      return `${method} ${path} has the operationId "${operationId}", which another route has: choose another.`;
    }
    ids.add(operationId);
  }
  return own.length === 0 ? `apps/${name}/app.ts has no route: add one, or remove the app.` : undefined;
}
