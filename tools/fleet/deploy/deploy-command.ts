import { CommandError, EXIT_CODES, type CommandLine, type OptionSpec } from "#tools/command/command-line";
import { readInvocation, userPath } from "#tools/command/invocation";
import { paintFor, type Paint } from "#tools/command/paint";
import { readText } from "#tools/tenant/config/read-tenant-config";
import { parseSecrets } from "../secrets/parse-secrets.js";
import { formatResult } from "#tools/tenant/smoke/run-smoke";
import { formatLines, mayAct } from "../operate/confirm-plan.js";
import { connectToOf, reachOf } from "../operate/open-account.js";
import {
  actOptions,
  buildOptions,
  environmentOption,
  reachOptions,
  readBuildFiles,
  readEnvironment,
} from "../operate/tenant-command.js";
import { readOrigin } from "../release/origin.js";
import { SMOKE_LEVELS, type SmokeLevel } from "../smoke/check-deployed.js";
import { type CanaryEnd, executeCanaryEnd, planCanaryEnd } from "./end-canary.js";
import { type DeployOutcome, executeDeploy } from "./execute-deploy.js";
import { observeCanary } from "./observe-canary.js";
import type { PlanRefusal } from "./plan-deploy.js";
import { type DeploySettings, type PreparedDeploy, prepareDeploy } from "./prepare-deploy.js";

export const deployOptions = {
  ...buildOptions,
  ...environmentOption,
  ...actOptions,
  message: { type: "string", value: "TEXT", about: "why; kept with the release" },
  canary: { type: "string", value: "PERCENT", about: "give the new version a part of the traffic only" },
  promote: { type: "boolean", about: "end the canary: it gets all traffic" },
  abort: { type: "boolean", about: "end the canary: it gets no traffic" },
  observe: {
    type: "string",
    value: "SECONDS",
    about: "watch the canary; a bad one is aborted, with --promote a good one promoted",
  },
  "secrets-file": {
    type: "string",
    value: "FILE",
    about: 'JSON of secrets to upload along, {"NAME": "text"}: a first deploy needs those of the config',
  },
  "accept-drift": { type: "boolean", about: "overwrite what was changed outside" },
  smoke: {
    type: "string",
    value: "LEVEL",
    about: `checks of the new version: ${SMOKE_LEVELS.join(" or ")}; default: full`,
  },
  json: { type: "boolean", about: "print the outcome as one JSON object; everything else goes to standard error" },
  ...reachOptions,
} as const satisfies Record<string, OptionSpec>;

export type DeployValues = CommandLine<typeof deployOptions>["values"];

/** How long a version may take to arrive everywhere, milliseconds. */
const ARRIVAL_MS = 90_000;

/** What the command writes to. */
interface Output {
  readonly say: (text: string) => void;
  readonly paint: Paint;
  readonly json: (value: unknown) => void;
}

/** Runs `:deploy`. Answers the exit code. */
export async function deployCommand(values: DeployValues): Promise<number> {
  const output = outputOf(values);
  const settings = deploySettings(values, output);
  const prepared = await prepareDeploy(readBuildFiles(values), settings);
  const end = canaryEnd(values);
  output.say(`${prepared.facts.build.tenantId}, ${settings.environment}, account ${prepared.open.account.id}\n`);
  return prepared.open.explaining(() =>
    end === undefined ? deploy(prepared, values, output) : finishCanary(prepared, end, values, output),
  );
}

async function deploy(prepared: PreparedDeploy, values: DeployValues, output: Output): Promise<number> {
  const { context, facts, plan } = prepared;
  output.say(formatLines(plan.lines, output.paint));
  refuse(plan.refusals);
  if (plan.steps.length === 0) {
    output.say(`nothing to do: ${plan.worker} is at ${plan.release}\n`);
    output.json({
      ok: true,
      changed: false,
      worker: plan.worker,
      release: plan.release,
      versionId: plan.activeVersionId,
    });
    return EXIT_CODES.ok;
  }
  if (!(await mayAct(values, `Deploy to ${plan.worker}?`))) {
    output.json({ ok: true, changed: false, worker: plan.worker, release: plan.release, plan: plan.lines });
    return EXIT_CODES.ok;
  }
  const outcome = await executeDeploy(context, facts, plan);
  for (const result of outcome.smoke) output.say(`${formatResult(result, output.paint)}\n`);
  const isGood = outcome.ok && (await observed(prepared, outcome, values, output));
  output.say(`${output.paint(isGood ? "green" : "red", isGood ? "done" : "failed")}: ${outcome.summary}\n`);
  output.say(nextSteps(prepared, values, outcome));
  const { ok: _, ...rest } = outcome;
  output.json({ ok: isGood, changed: true, worker: plan.worker, release: plan.release, plan: plan.lines, ...rest });
  return isGood ? EXIT_CODES.ok : EXIT_CODES.failed;
}

/** Watches a canary that has just begun, and ends it if that was asked for or has to be. */
async function observed(
  prepared: PreparedDeploy,
  outcome: DeployOutcome,
  values: DeployValues,
  output: Output,
): Promise<boolean> {
  if (values.canary === undefined || values.observe === undefined) return true;
  const { context, facts, plan } = prepared;
  const seconds = Number(values.observe);
  const verdict = await observeCanary(context, {
    worker: plan.worker,
    hostname: facts.build.state.domains[0] ?? "",
    canaryId: outcome.versionId ?? "",
    baselineId: plan.activeVersionId ?? "",
    seconds,
    onSeen: ({ canary, probes }) =>
      output.say(
        `canary: ${canary.requests} requests, ${canary.errors} errors; ${probes.requests} health checks, ${probes.errors} failed\n`,
      ),
  });
  if (verdict !== undefined) {
    output.say(`${output.paint("red", "bad canary")}: ${verdict}\n`);
    await endNow(prepared, "abort");
    output.say("aborted: all traffic is back at the version before\n");
    return false;
  }
  if (values.promote === true) {
    await endNow(prepared, "promote");
    output.say("promoted: it gets all traffic\n");
  }
  return true;
}

async function endNow({ context, facts }: PreparedDeploy, end: CanaryEnd): Promise<void> {
  const { gatherFacts } = await import("./gather-facts.js");
  const now = await gatherFacts(context.account, context.store, facts.build);
  await executeCanaryEnd(context, now, planCanaryEnd(now, end), end);
}

async function finishCanary(
  prepared: PreparedDeploy,
  end: CanaryEnd,
  values: DeployValues,
  output: Output,
): Promise<number> {
  const { context, facts } = prepared;
  const plan = planCanaryEnd(facts, end);
  output.say(formatLines(plan.lines, output.paint));
  refuse(plan.refusals);
  if (!(await mayAct(values, end === "promote" ? "Promote the canary?" : "Abort the canary?"))) return EXIT_CODES.ok;
  await executeCanaryEnd(context, facts, plan, end);
  output.say(`done: ${plan.winnerId} gets all traffic\n`);
  output.json({ ok: true, changed: true, worker: plan.worker, versionId: plan.winnerId });
  return EXIT_CODES.ok;
}

function refuse([first, ...others]: readonly PlanRefusal[]): void {
  if (first === undefined) return;
  throw new CommandError("it cannot be deployed like this", {
    why: [first, ...others].map(({ why }) => why).join("; "),
    fix: [...new Set([first, ...others].map(({ fix }) => fix))].join("; "),
  });
}

function nextSteps({ facts }: PreparedDeploy, values: DeployValues, { ok }: DeployOutcome): string {
  const command = `tools/bazel run //tenants/${facts.build.tenantId}`;
  const env = `-- --env ${facts.build.environment.name}`;
  if (!ok) return `  to see what is live: ${command}:drift ${env}\n`;
  if (values.canary === undefined || values.promote === true) return `  to go back: ${command}:rollback ${env}\n`;
  return `  to go on: ${command}:deploy ${env} --promote\n  to go back: ${command}:deploy ${env} --abort\n`;
}

function deploySettings(values: DeployValues, output: Output): DeploySettings {
  const { workspaceDir } = readInvocation(process.env, process.cwd());
  return {
    environment: readEnvironment(values.env),
    reach: reachOf(values, process.env),
    origin: readOrigin(workspaceDir, process.env),
    message: values.message ?? "",
    connectTo: connectToOf(values, process.env),
    smokeLevel: readSmokeLevel(values.smoke),
    arrivalMs: ARRIVAL_MS,
    secrets: readSecretsFile(values["secrets-file"]),
    canaryPercent: readPercent(values.canary),
    acceptsDrift: values["accept-drift"] === true,
    onStep: (step, detail = "") => output.say(`${step.replaceAll("-", " ")} ${detail}…\n`),
  };
}

/** @throws CommandError that shows nothing of the file */
function readSecretsFile(given: string | undefined): Readonly<Record<string, string>> | undefined {
  if (given === undefined) return undefined;
  const file = userPath(readInvocation(process.env, process.cwd()), given);
  return parseSecrets(readText(file), given);
}

/** `--promote` and `--abort` alone end a canary; with `--canary` they say how one is to end. */
function canaryEnd({ canary, promote, abort }: DeployValues): CanaryEnd | undefined {
  if (promote === true && abort === true) {
    throw new CommandError("--promote and --abort exclude each other", { exitCode: EXIT_CODES.usage });
  }
  if (canary !== undefined) return undefined;
  return promote === true ? "promote" : abort === true ? "abort" : undefined;
}

function readPercent(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = Number(text);
  if (Number.isInteger(percent) && percent >= 1 && percent <= 99) return percent;
  throw new CommandError(`--canary ${text} is no share`, {
    fix: "give a whole number of per cent from 1 to 99",
    exitCode: EXIT_CODES.usage,
  });
}

function readSmokeLevel(text: string | undefined): SmokeLevel {
  const found = SMOKE_LEVELS.find((level) => level === (text ?? "full"));
  if (found !== undefined) return found;
  throw new CommandError(`--smoke ${text ?? ""} is unknown`, {
    fix: `use one of: ${SMOKE_LEVELS.join(", ")}`,
    exitCode: EXIT_CODES.usage,
  });
}

function outputOf({ json }: DeployValues): Output {
  const stream = json === true ? process.stderr : process.stdout;
  return {
    say: (text) => void stream.write(text),
    paint: paintFor(stream),
    json: (value) => {
      if (json === true) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
}
