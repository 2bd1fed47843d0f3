import { CommandError, EXIT_CODES, runCommand, type CommandSpec } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { paintFor } from "#tools/command/paint";
import { readDeployments, readVersions } from "./account/workers.js";
import { prepareDrift } from "./drift/drift-command.js";
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
import { executeRollback } from "./rollback/execute-rollback.js";
import { planRollback } from "./rollback/plan-rollback.js";

const options = {
  ...buildOptions,
  ...environmentOption,
  to: { type: "string", value: "RELEASE", about: "release or version to go back to; default: the last good one" },
  list: { type: "boolean", about: "show the releases that were recorded" },
  ...actOptions,
  ...reachOptions,
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:rollback --",
  about:
    "Gives all traffic to an earlier release. Data is never rolled back, nor are D1 migrations, domains and crons.",
  options,
  examples: [
    "tools/bazel run //tenants/acme:rollback -- --env production --list",
    "tools/bazel run //tenants/acme:rollback -- --env production --yes",
    "tools/bazel run //tenants/acme:rollback -- --env production --to r-609b8d3fe20b7a79ccee --yes",
  ],
};

await runCommand(spec, async ({ values }) => {
  const say = (text: string): void => void process.stdout.write(text);
  const paint = paintFor(process.stdout);
  const { workspaceDir } = readInvocation(process.env, process.cwd());
  const { open, context, build } = await prepareDrift(readBuildFiles(values), {
    environment: readEnvironment(values.env),
    reach: reachOf(values, process.env),
    origin: readOrigin(workspaceDir, process.env),
    connectTo: connectToOf(values, process.env),
    onStep: () => undefined,
  });
  const worker = build.rendered.name;
  return open.explaining(async () => {
    const [deployments, versions, records] = await Promise.all([
      readDeployments(open.account, worker),
      readVersions(open.account, worker),
      context.store.read(worker),
    ]);
    if (values.list === true) {
      for (const { release, versionId, deployedAt, status, deployedBy, message } of records) {
        say(`${release}  ${versionId}  ${deployedAt}  ${status.padEnd(9)}  ${deployedBy}  ${message}\n`);
      }
      return EXIT_CODES.ok;
    }
    const plan = planRollback({ deployments, versions }, records, values.to);
    say(`${worker}\n${formatLines(plan.lines, paint)}`);
    if (!(await mayAct(values, "Go back?"))) return EXIT_CODES.ok;
    const arrival = await executeRollback(context, build, records, plan);
    if (!arrival.ok)
      throw new CommandError(`${plan.to.versionId} has the traffic, but does not answer`, {
        why: arrival.reason ?? "",
      });
    say(`done: ${plan.to.release} is live\n`);
    return EXIT_CODES.ok;
  });
});
