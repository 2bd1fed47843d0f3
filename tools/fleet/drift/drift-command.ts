import type { EnvironmentName } from "#tenancy/environments";
import type { DeployContext } from "../deploy/execute-deploy.js";
import { requireReleaseStore } from "../deploy/prepare-deploy.js";
import { openAccount, type OpenAccount, type ReachOptions } from "../operate/open-account.js";
import type { ReleaseOrigin } from "../release/origin.js";
import { type Build, type BuildFiles, readBuild } from "../release/read-build.js";

/** What a look for drift is asked with. */
export interface DriftSettings {
  readonly environment: EnvironmentName;
  readonly reach: ReachOptions;
  readonly origin: ReleaseOrigin;
  readonly connectTo: string | undefined;
  readonly onStep: DeployContext["onStep"];
}

/** How long a repaired version may take to arrive everywhere, milliseconds. */
const ARRIVAL_MS = 90_000;

/** Reads the build and opens the account. @throws CommandError */
export async function prepareDrift(
  files: BuildFiles,
  settings: DriftSettings,
): Promise<{ open: OpenAccount; context: DeployContext; build: Build }> {
  const { environment, reach, origin, connectTo, onStep } = settings;
  const build = readBuild(files, environment);
  const open = openAccount(build.config, reach);
  const store = await open.explaining(() => requireReleaseStore(open));
  const context: DeployContext = {
    account: open.account,
    store,
    wrangler: open.wrangler,
    origin,
    message: "drift repaired",
    connectTo,
    smokeLevel: "full",
    arrivalMs: ARRIVAL_MS,
    canaryPercent: undefined,
    secrets: undefined,
    onStep,
  };
  return { open, context, build };
}
