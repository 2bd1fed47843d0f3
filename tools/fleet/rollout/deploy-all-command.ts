import { CommandError, EXIT_CODES, type CommandLine, type OptionSpec } from "#tools/command/command-line";
import { paintFor, type Paint } from "#tools/command/paint";
import { createScreen, type Screen } from "#tools/command/screen";
import type { EnvironmentName } from "#tenancy/environments";
import { prepareDeploy } from "../deploy/prepare-deploy.js";
import { formatLines, mayAct } from "../operate/confirm-plan.js";
import { explainError } from "../operate/explain-error.js";
import { readEnvironment } from "../operate/tenant-command.js";
import { type BuildFiles, readBuild } from "../release/read-build.js";
import { type SmokeLevel, SMOKE_LEVELS } from "../smoke/check-deployed.js";
import { buildTenants, findTenants } from "./find-tenants.js";
import { fleetOptions, type FleetRun, openFleet, wholeNumber } from "./fleet-options.js";
import { formatCounts, formatTenant, nextCommands, unfinished } from "./format-rollout.js";
import { planWaves } from "./plan-waves.js";
import { readState, type RolloutState, stateFile, wavesLeft, writeState } from "./rollout-state.js";
import { runPool } from "./run-pool.js";
import { type PlannedTenant, runRollout } from "./run-rollout.js";

export const deployAllOptions = {
  ...fleetOptions,
  message: { type: "string", value: "TEXT", about: "why; kept with every release" },
  waves: { type: "string", value: "SIZES", about: "e.g. 1,5,all: one, five more, the rest; default: all" },
  soak: { type: "string", value: "SECONDS", about: "watch a wave so long before the next one; default: 5" },
  "continue-on-error": { type: "boolean", about: "deploy the rest of a wave after a failure in it" },
  resume: { type: "boolean", about: "go on where the last one of this environment stopped" },
  "accept-drift": { type: "boolean", about: "overwrite what was changed outside" },
  smoke: { type: "string", value: "LEVEL", about: `checks of each: ${SMOKE_LEVELS.join(" or ")}; default: full` },
} as const satisfies Record<string, OptionSpec>;

type DeployAllValues = CommandLine<typeof deployAllOptions>["values"];

/** How long a version may take to arrive everywhere, milliseconds. */
const ARRIVAL_MS = 90_000;
const DEFAULT_SOAK_SECONDS = 5;
const MAX_SOAK_SECONDS = 86_400;
/** Exit code of what Ctrl-C ended (128 + SIGINT). */
const INTERRUPTED_EXIT_CODE = 130;

interface Output {
  readonly paint: Paint;
  readonly screen: Screen;
}

/** Runs `//:deploy_all`. Answers the exit code. */
export async function deployAllCommand(values: DeployAllValues): Promise<number> {
  const stream = values.json === true ? process.stderr : process.stdout;
  const output: Output = { paint: paintFor(stream), screen: createScreen(stream) };
  const interrupt = listenForInterrupt(output);
  const fleet = openFleet(values, process.env, interrupt.signal);
  const environment = readEnvironment(values.env);
  const file = stateFile(fleet.workspaceDir, environment);
  const { state, waves } = await startingPoint(values, fleet, environment, file);
  const ids = waves.flat();
  if (ids.length === 0) return finish(state, values, output, false);
  output.screen.line(`${environment}: building ${ids.length} tenants …`);
  const files = await buildTenants(fleet.bazel, fleet.workspaceDir, ids);
  const planned = await planTenants(values, fleet, environment, files, output);
  showPlan(planned, waves, output);
  if (!(await mayAct(values, `Deploy ${ids.length} tenants to ${environment}?`))) {
    return planned.every(isDeployable) ? EXIT_CODES.ok : EXIT_CODES.failed;
  }
  fleet.clients.endSharing();
  writeState(file, state);
  await runRollout(state, planned, waves, {
    concurrency: fleet.concurrency,
    continuesOnError: values["continue-on-error"] === true,
    soakSeconds: wholeNumber("soak", values.soak ?? String(DEFAULT_SOAK_SECONDS), 0, MAX_SOAK_SECONDS),
    isStopped: () => interrupt.isAsked(),
    onWave: (number, size) => output.screen.line(`wave ${number} of ${waves.length}: ${size} tenants`),
    onChange: (tenant, changed) => {
      writeState(file, changed);
      if (tenant.status !== "running") output.screen.line(formatTenant(tenant, widthOf(changed), output.paint));
      output.screen.progress(`${formatCounts(changed, output.paint)} …`);
    },
  });
  return finish(state, values, output, interrupt.isAsked());
}

/** What is to be done: all that was asked for, or what the last run left. */
async function startingPoint(
  values: DeployAllValues,
  fleet: FleetRun,
  environment: EnvironmentName,
  file: string,
): Promise<{ readonly state: RolloutState; readonly waves: readonly (readonly string[])[] }> {
  if (values.resume === true) {
    if (values.only !== undefined || values.waves !== undefined) {
      throw new CommandError("--resume knows its tenants and waves", {
        fix: "leave --only and --waves out",
        exitCode: EXIT_CODES.usage,
      });
    }
    const state = readState(file);
    return { state, waves: wavesLeft(state) };
  }
  const ids = await findTenants(fleet.bazel, "deploy", fleet.only);
  const waves = planWaves(ids, values.waves ?? "all");
  const tenants = waves.flatMap((wave, index) =>
    wave.map((id) => ({ id, wave: index + 1, status: "waiting" as const })),
  );
  return { state: { environment, startedAt: new Date().toISOString(), tenants }, waves };
}

async function planTenants(
  values: DeployAllValues,
  fleet: FleetRun,
  environment: EnvironmentName,
  files: ReadonlyMap<string, BuildFiles>,
  { screen }: Output,
): Promise<readonly PlannedTenant[]> {
  const settings = {
    environment,
    reach: fleet.reach,
    origin: fleet.origin,
    connectTo: fleet.connectTo,
    message: values.message ?? "",
    smokeLevel: smokeLevel(values.smoke),
    arrivalMs: ARRIVAL_MS,
    secrets: undefined,
    canaryPercent: undefined,
    acceptsDrift: values["accept-drift"] === true,
    onStep: () => undefined,
  };
  const planned = new Map<string, PlannedTenant>();
  await runPool([...files], fleet.concurrency, async ([id, built]) => {
    try {
      // A build that cannot be read is this tenant's failure alone.
      readBuild(built, environment);
      planned.set(id, { id, prepared: await prepareDeploy(built, settings) });
    } catch (error) {
      fleet.reach.signal?.throwIfAborted();
      planned.set(id, { id, error });
    }
    screen.progress(`planned ${planned.size} of ${files.size} tenants …`);
  });
  screen.endProgress(`planned ${planned.size} tenants`);
  return [...files.keys()].flatMap((id) => planned.get(id) ?? []);
}

function isDeployable(tenant: PlannedTenant): boolean {
  return "prepared" in tenant && tenant.prepared.plan.refusals.length === 0;
}

function showPlan(
  planned: readonly PlannedTenant[],
  waves: readonly (readonly string[])[],
  { screen, paint }: Output,
): void {
  const show = (tenant: PlannedTenant): void => {
    if ("error" in tenant) {
      screen.line(
        `${tenant.id}\n${formatLines([{ sign: "!", text: explainError(tenant.error).why }], paint)}`.trimEnd(),
      );
      return;
    }
    const { plan } = tenant.prepared;
    const refusals = plan.refusals.map(({ why }) => ({ sign: "!" as const, text: why }));
    const lines = plan.lines.length === 0 ? [{ sign: "=" as const, text: `is at ${plan.release}` }] : plan.lines;
    screen.line(`${tenant.id}\n${formatLines([...refusals, ...lines], paint)}`.trimEnd());
  };
  for (const tenant of planned) show(tenant);
  if (waves.length > 1) screen.line(`waves: ${waves.map((wave) => wave.length).join(", ")}`);
}

function finish(
  state: RolloutState,
  values: DeployAllValues,
  { screen, paint }: Output,
  isInterrupted: boolean,
): number {
  const left = unfinished(state);
  screen.endProgress(formatCounts(state, paint));
  if (left.length > 0) {
    for (const tenant of left) screen.line(formatTenant(tenant, widthOf(state), paint));
  }
  const next = nextCommands(state, repeatedOptions(values));
  for (const command of next) screen.line(command);
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify({ ok: left.length === 0, ...state, next })}\n`);
  }
  if (isInterrupted) return INTERRUPTED_EXIT_CODE;
  return left.length === 0 ? EXIT_CODES.ok : EXIT_CODES.failed;
}

/** Options that a command to go on must repeat. */
function repeatedOptions(values: DeployAllValues): string {
  const texts = (["concurrency", "soak", "smoke", "api-timeout", "connect-to"] as const).flatMap((name) =>
    values[name] === undefined ? [] : [` --${name} ${values[name]}`],
  );
  const flags = (["continue-on-error", "accept-drift"] as const).filter((name) => values[name] === true);
  return [...texts, ...flags.map((name) => ` --${name}`)].join("");
}

function widthOf({ tenants }: RolloutState): number {
  return Math.max(...tenants.map(({ id }) => id.length));
}

function smokeLevel(text = "full"): SmokeLevel {
  const found = SMOKE_LEVELS.find((level) => level === text);
  if (found !== undefined) return found;
  throw new CommandError(`--smoke ${text} is unknown`, {
    fix: `use one of: ${SMOKE_LEVELS.join(", ")}`,
    exitCode: EXIT_CODES.usage,
  });
}

/** The first Ctrl-C lets what is under way come to its end, the second one ends everything. */
function listenForInterrupt({ screen }: Output): { readonly signal: AbortSignal; readonly isAsked: () => boolean } {
  const abort = new AbortController();
  let asked = 0;
  const hear = (): void => {
    asked += 1;
    if (asked === 1)
      screen.line("stopping: no further tenant is begun, those under way are completed; again to end at once");
    else {
      abort.abort(
        new CommandError("ended at once", { fix: "run it with --resume: it completes or undoes what was begun" }),
      );
    }
  };
  process.on("SIGINT", hear).on("SIGTERM", hear);
  return { signal: abort.signal, isAsked: () => asked > 0 };
}
