import type { TenantAddress } from "#tools/tenant/client/tenant-client";
import { EXIT_CODES, runCommand, type CommandSpec } from "#tools/command/command-line";
import { paintFor } from "#tools/command/paint";
import { addressOptions, givenAddress, withLocalTenant } from "#tools/tenant/local/tenant-address";
import { formatResult, formatSummary, runSmoke } from "#tools/tenant/smoke/run-smoke";
import { SMOKE_CHECKS } from "#tools/tenant/smoke/smoke-checks";

const { data: _ownFolder, ...remoteOptions } = addressOptions;
const options = {
  ...remoteOptions,
  json: { type: "boolean", about: "print the results as one JSON object" },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:smoke --",
  about:
    "Checks that a tenant's Worker keeps its first promises. Without --url: the built bundle, on a temporary data folder.",
  options,
  examples: [
    "tools/bazel run //tenants/acme:smoke",
    "tools/bazel run //tenants/acme:smoke -- --url https://ai.acme.example --key ak_acme_…",
    "TENANT_API_KEY=ak_acme_… tools/bazel run //tenants/acme:smoke -- --url https://ai.acme.example --json",
  ],
};

await runCommand(spec, async ({ values }) => {
  const paint = paintFor(process.stdout);
  const check = async (address: TenantAddress): Promise<number> => {
    const show = (text: string): void => {
      if (values.json !== true)
        process.stdout.write(`${text}
`);
    };
    const results = await runSmoke(SMOKE_CHECKS, address, (result) => show(formatResult(result, paint)));
    show(formatSummary(results, paint));
    const ok = results.every((result) => result.ok);
    if (values.json === true) process.stdout.write(`${JSON.stringify({ ok, url: address.url, checks: results })}\n`);
    return ok ? EXIT_CODES.ok : EXIT_CODES.failed;
  };
  const address = givenAddress(values, process.env);
  return address === undefined ? withLocalTenant(values, "temporary", check) : check(address);
});
