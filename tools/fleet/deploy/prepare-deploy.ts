import type { EnvironmentName } from "#tenancy/environments";
import { CommandError } from "#tools/command/command-line";
import { openAccount, type OpenAccount, type ReachOptions } from "../operate/open-account.js";
import type { ReleaseOrigin } from "../release/origin.js";
import { type BuildFiles, readBuild } from "../release/read-build.js";
import { openReleaseStore, type ReleaseStore } from "../release/release-store.js";
import type { SmokeLevel } from "../smoke/check-deployed.js";
import { findWrangler } from "../wrangler/run-wrangler.js";
import type { DeployContext } from "./execute-deploy.js";
import { gatherFacts } from "./gather-facts.js";
import { type DeployFacts, type DeployPlan, type DeployRequest, planDeploy } from "./plan-deploy.js";

/** What a deploy of one tenant is asked with. */
export interface DeploySettings extends DeployRequest {
  readonly environment: EnvironmentName;
  readonly reach: ReachOptions;
  readonly origin: ReleaseOrigin;
  readonly message: string;
  readonly connectTo: string | undefined;
  readonly smokeLevel: SmokeLevel;
  readonly arrivalMs: number;
  /** Secrets that are uploaded with the version. */
  readonly secrets: Readonly<Record<string, string>> | undefined;
  readonly onStep: DeployContext["onStep"];
}

/** A deploy that only needs to be carried out. */
export interface PreparedDeploy {
  readonly open: OpenAccount;
  readonly context: DeployContext;
  readonly facts: DeployFacts;
  readonly plan: DeployPlan;
}

/** Reads the build and the account and makes the plan. Changes nothing. @throws CommandError */
export async function prepareDeploy(files: BuildFiles, settings: DeploySettings): Promise<PreparedDeploy> {
  const build = readBuild(files, settings.environment);
  findWrangler();
  const open = openAccount(build.config, settings.reach);
  return open.explaining(async () => {
    const store = await requireReleaseStore(open);
    const facts = await gatherFacts(open.account, store, build);
    const plan = planDeploy(facts, settings);
    const { environment: _environment, reach: _reach, acceptsDrift: _acceptsDrift, ...rest } = settings;
    const context = { ...rest, account: open.account, store, wrangler: open.wrangler };
    return { open, context, facts, plan };
  });
}

/** The releases of an account. @throws CommandError before anything was provisioned in it. */
export async function requireReleaseStore({ account }: OpenAccount): Promise<ReleaseStore> {
  const store = await openReleaseStore(account);
  if (store !== undefined) return store;
  throw new CommandError(`the account ${account.id} has no release records yet`, {
    why: "nothing was provisioned in it",
    fix: "run :provision for this environment first",
  });
}
