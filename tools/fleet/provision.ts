import path from "node:path";

import { CommandError, EXIT_CODES, runCommand, type CommandSpec } from "#tools/command/command-line";
import { paintFor } from "#tools/command/paint";
import { formatLines, mayAct } from "./operate/confirm-plan.js";
import { openAccount, reachOf } from "./operate/open-account.js";
import {
  actOptions,
  buildOptions,
  environmentOption,
  reachOptions,
  readBuildFiles,
  readEnvironment,
  requireWorkspace,
} from "./operate/tenant-command.js";
import { executeProvision, gatherProvisionFacts } from "./provision/execute-provision.js";
import { planProvision } from "./provision/plan-provision.js";
import { resourcesOf } from "./provision/resources.js";
import { readBuild } from "./release/read-build.js";

const options = { ...buildOptions, ...environmentOption, ...actOptions, ...reachOptions } as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:provision --",
  about: `Makes what an environment of a tenant needs in its Cloudflare account: KV, D1 with its migrations, Vectorize, AI
Gateway, queues. What exists is left alone. The ids are written into tenant.config.json.`,
  options,
  examples: [
    "tools/bazel run //tenants/acme:provision -- --env staging --dry-run",
    "tools/bazel run //tenants/acme:provision -- --env production --yes",
  ],
};

await runCommand(spec, async ({ values }) => {
  const files = readBuildFiles(values);
  const environment = readEnvironment(values.env);
  const build = readBuild(files, environment);
  const configFile = path.join(requireWorkspace(process.env), "tenants", files.tenant, "tenant.config.json");
  const { account, explaining } = openAccount(build.config, reachOf(values, process.env));
  const wanted = resourcesOf(build.config, build.environment, build.rendered);
  const say = (text: string): void => void process.stdout.write(text);

  return explaining(async () => {
    const facts = await gatherProvisionFacts(account, wanted, build.migrations);
    const plan = planProvision(facts);
    say(
      `${build.tenantId}, ${environment}, account ${account.id}\n${formatLines(plan.lines, paintFor(process.stdout))}`,
    );
    const [refusal] = plan.refusals;
    if (refusal !== undefined) throw new CommandError("it cannot be provisioned like this", refusal);
    if (plan.steps.length === 0) {
      say("everything is there\n");
      return EXIT_CODES.ok;
    }
    if (!(await mayAct(values, "Make what is missing?"))) return EXIT_CODES.ok;
    await executeProvision(
      { account, wanted, migrations: build.migrations, configFile, onStep: ({ do: what }) => say(`${what} …\n`) },
      facts,
      plan,
    );
    say(
      `provisioned. Next: tools/bazel run //tenants/${files.tenant}:golden.update, then tools/bazel run //tenants/${files.tenant}:deploy -- --env ${environment}\n`,
    );
    return EXIT_CODES.ok;
  });
});
