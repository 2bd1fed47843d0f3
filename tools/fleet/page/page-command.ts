import { writeFileSync } from "node:fs";

import { type CommandLine, EXIT_CODES, type OptionSpec } from "#tools/command/command-line";
import { readInvocation, userPath } from "#tools/command/invocation";
import { createScreen, type Screen } from "#tools/command/screen";
import { deployedEnvironments, environmentOption, readEnvironment, reachOptions } from "../operate/tenant-command.js";
import { buildTenants, findTenants } from "../rollout/find-tenants.js";
import { fleetOptions, openFleet } from "../rollout/fleet-options.js";
import { runPool } from "../rollout/run-pool.js";
import { countFleet, fleetPageHtml, type FleetSurvey } from "./fleet-page-html.js";
import { servePage } from "./serve-page.js";
import { surveyTenant, type TenantSurvey } from "./survey-tenant.js";

export const fleetPageOptions = {
  env: { ...environmentOption.env, about: `${environmentOption.env.about}; default: each` },
  only: fleetOptions.only,
  concurrency: fleetOptions.concurrency,
  out: { type: "string", value: "FILE", about: "write the page there; default: serve it to this machine" },
  json: { type: "boolean", about: "print what was read as one JSON object, and make no page" },
  spend: {
    type: "boolean",
    about:
      "ask measured tenants what they spent, with a key that is made for it; default: yes, --no-spend leaves it out",
  },
  ...reachOptions,
} as const satisfies Record<string, OptionSpec>;

type FleetPageValues = CommandLine<typeof fleetPageOptions>["values"];

/** Runs `//tools:fleet_page`. Exit code 1: something of a tenant could not be read; the page says what and why. */
export async function fleetPageCommand(values: FleetPageValues): Promise<number> {
  const screen = createScreen(values.json === true ? process.stderr : process.stdout);
  const survey = await surveyFleet(values, screen);
  const { environments, drifted, degraded, notRead } = countFleet(survey.tenants);
  screen.line(`${environments} deployments: ${drifted} with drift, ${degraded} degraded, ${notRead} not read whole`);
  if (values.json === true) process.stdout.write(`${JSON.stringify(survey)}\n`);
  else if (values.out === undefined) await serveUntilStopped(survey, screen);
  else {
    const file = userPath(readInvocation(process.env, process.cwd()), values.out);
    writeFileSync(file, fleetPageHtml(survey));
    screen.line(`written: ${file}`);
  }
  return notRead > 0 ? EXIT_CODES.failed : EXIT_CODES.ok;
}

async function surveyFleet(values: FleetPageValues, screen: Screen): Promise<FleetSurvey> {
  const fleet = openFleet(values, process.env, new AbortController().signal);
  const environments = values.env === undefined ? deployedEnvironments() : [readEnvironment(values.env)];
  const ids = await findTenants(fleet.bazel, "drift", fleet.only);
  const files = await buildTenants(fleet.bazel, fleet.workspaceDir, ids);
  const { reach, origin, connectTo } = fleet;
  const wanted = environments.flatMap((environment) => [...files.values()].map((one) => ({ environment, one })));
  const results = new Map<(typeof wanted)[number], TenantSurvey>();
  await runPool(wanted, fleet.concurrency, async (deployment) => {
    const settings = { reach, origin, connectTo, readsSpend: values.spend !== false };
    results.set(deployment, await surveyTenant(deployment.one, deployment.environment, settings));
    screen.progress(`read ${results.size} of ${wanted.length} …`);
  });
  screen.endProgress(`read ${results.size} of ${wanted.length}`);
  const tenants = wanted.flatMap((deployment) => results.get(deployment) ?? []);
  return { at: new Date().toISOString(), tenants };
}

async function serveUntilStopped(survey: FleetSurvey, screen: Screen): Promise<void> {
  const page = await servePage(fleetPageHtml(survey));
  screen.line(`${page.url} until Ctrl-C`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await page.close();
}
