import type { TenantAddress } from "#tools/tenant/client/tenant-client";
import { CommandError, EXIT_CODES, runCommand, type CommandSpec } from "#tools/command/command-line";
import { paintFor } from "#tools/command/paint";
import { addressOptions, givenAddress, withLocalTenant } from "#tools/tenant/local/tenant-address";
import { readTenantFiles } from "#tools/tenant/local/tenant-files";
import { formatResult, formatSummary, runSmoke } from "#tools/tenant/smoke/run-smoke";
import { SMOKE_CHECKS } from "#tools/tenant/smoke/smoke-checks";
import { connectToOf, reachOf } from "./operate/open-account.js";
import { readEnvironment } from "./operate/tenant-command.js";
import { withDeployedTenant } from "./smoke/with-deployed-tenant.js";

const { data: _ownFolder, ...remoteOptions } = addressOptions;
const options = {
  ...remoteOptions,
  env: { type: "string", value: "NAME", about: "the deployed environment, with a key that is made for this run" },
  json: { type: "boolean", about: "print the results as one JSON object" },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:smoke --",
  about:
    "Checks that a tenant's Worker keeps its first promises. Without --url and --env: the built bundle, on a temporary data folder.",
  options,
  examples: [
    "tools/bazel run //tenants/acme:smoke",
    "tools/bazel run //tenants/acme:smoke -- --env production",
    "TENANT_API_KEY=ak_acme_… tools/bazel run //tenants/acme:smoke -- --url https://ai.acme.example --json",
  ],
};

await runCommand(spec, async ({ values }) => {
  const paint = paintFor(process.stdout);
  const check = async (address: TenantAddress): Promise<number> => {
    const show = (text: string): void => {
      if (values.json !== true) process.stdout.write(`${text}\n`);
    };
    const results = await runSmoke(SMOKE_CHECKS, address, (result) => show(formatResult(result, paint)));
    show(formatSummary(results, paint));
    const ok = results.every((result) => result.ok);
    if (values.json === true) process.stdout.write(`${JSON.stringify({ ok, url: address.url, checks: results })}\n`);
    return ok ? EXIT_CODES.ok : EXIT_CODES.failed;
  };
  const address = givenAddress(values, process.env);
  if (address !== undefined) return check(address);
  if (values.env === undefined) return withLocalTenant(values, "temporary", check);
  const { config } = readTenantFiles(values);
  if (config === undefined) throw new CommandError("--config is missing", { fix: "start it with tools/bazel run" });
  const connectTo = connectToOf(values, process.env);
  return withDeployedTenant(config, readEnvironment(values.env), reachOf({}, process.env), connectTo, check);
});
