import type { RouteSpec } from "#http/route";
import { ROUTE_ROWS, type RouteRow } from "#tests/security/route-rows";
import { appSpecs, routeSpecs } from "#tools/reference/route-specs";

/** Routes, what the matrix has to be told of them, and where it is told. */
export interface RoutesUnderTest {
  readonly specs: readonly RouteSpec[];
  readonly rows: ReadonlyMap<string, RouteRow>;
  readonly rowsFile: string;
}

/** The platform's routes; or those of an app below apps/, whose Worker has the platform's besides. */
export async function routesUnderTest(app: string | undefined): Promise<RoutesUnderTest> {
  if (app === undefined)
    return { specs: await routeSpecs(), rows: ROUTE_ROWS, rowsFile: "tests/security/route-rows.ts" };
  const { ROUTE_ROWS: rows } = (await import(`#apps/${app}/route-rows`)) as {
    readonly ROUTE_ROWS: ReadonlyMap<string, RouteRow>;
  };
  return { specs: await appSpecs(app), rows, rowsFile: `apps/${app}/route-rows.ts` };
}
