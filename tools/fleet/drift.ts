import type { CommandSpec } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { paintFor } from "#tools/command/paint";
import { runDriftCommand } from "./drift/run-drift-command.js";
import { prepareDrift } from "./drift/drift-command.js";
import { executeRepair } from "./drift/execute-repair.js";
import { findDrift } from "./drift/find-drift.js";
import { formatDrift } from "./drift/format-drift.js";
import { gatherDriftFacts } from "./drift/gather-drift-facts.js";
import { planRepair } from "./drift/plan-repair.js";
import { formatLines, mayAct } from "./operate/confirm-plan.js";
import { connectToOf, reachOf } from "./operate/open-account.js";
import {
  actOptions,
  buildOptions,
  environmentOption,
  reachOptions,
  readBuildFiles,
  readEnvironment,
} from "./operate/tenant-command.js";
import { readOrigin } from "./release/origin.js";

const options = {
  ...buildOptions,
  ...environmentOption,
  repair: { type: "boolean", about: "set right what can be set right safely; shows the plan first" },
  ...actOptions,
  json: { type: "boolean", about: "print the report as one JSON object" },
  ...reachOptions,
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:drift --",
  about: `Compares what the account has with what the build renders. Exit code 0: the same, 2: drift, 1: it could not be compared.`,
  options,
  examples: [
    "tools/bazel run //tenants/acme:drift -- --env production",
    "tools/bazel run //tenants/acme:drift -- --env production --json",
    "tools/bazel run //tenants/acme:drift -- --env production --repair --yes",
  ],
};

await runDriftCommand(spec, async ({ values }) => {
  const stream = values.json === true ? process.stderr : process.stdout;
  const say = (text: string): void => void stream.write(text);
  const paint = paintFor(stream);
  const { workspaceDir } = readInvocation(process.env, process.cwd());
  const { open, context, build } = await prepareDrift(readBuildFiles(values), {
    environment: readEnvironment(values.env),
    reach: reachOf(values, process.env),
    origin: readOrigin(workspaceDir, process.env),
    connectTo: connectToOf(values, process.env),
    onStep: (step) => say(`${step.replaceAll("-", " ")} …\n`),
  });
  return open.explaining(async () => {
    let facts = await gatherDriftFacts(open.account, context.store, build);
    let report = findDrift(facts);
    say(formatDrift(report, paint));
    if (values.repair === true && report.findings.length > 0) {
      const plan = planRepair(facts, report);
      say(`repair:\n${formatLines(plan.lines, paint)}`);
      if (plan.actions.length > 0 && (await mayAct(values, "Repair it?"))) {
        await executeRepair(context, facts, report, plan);
        facts = await gatherDriftFacts(open.account, context.store, build);
        report = findDrift(facts);
        say(formatDrift(report, paint));
      }
    }
    if (values.json === true)
      process.stdout.write(
        `${JSON.stringify({ tenant: build.tenantId, environment: build.environment.name, ...report })}\n`,
      );
    return report.findings.length === 0 ? "same" : "drift";
  });
});
