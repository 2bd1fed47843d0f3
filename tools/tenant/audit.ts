import { CommandError, EXIT_CODES, required, runCommand, type CommandSpec } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { paintFor } from "#tools/command/paint";
import { parseHead } from "#tools/tenant/audit/audit-head";
import { listAudit } from "#tools/tenant/audit/list-audit";
import { formatVerdict, verifyAudit } from "#tools/tenant/audit/verify-audit";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";
import { addressOptions, givenAddress, withLocalTenant } from "#tools/tenant/local/tenant-address";

const options = {
  expect: {
    type: "string",
    value: "SEQ:HASH",
    about: "with verify: a head that an earlier verify printed, kept elsewhere",
  },
  limit: { type: "string", value: "N", about: "with list: how many of the latest records; default 20" },
  json: { type: "boolean", about: "print the result as one JSON object" },
  ...addressOptions,
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:audit --",
  about:
    "Reads what a tenant's tools did. verify checks the whole hash chain and names each record that is missing or altered; list shows the latest records. Needs a key with the scope admin.",
  positionals: "verify|list",
  options,
  examples: [
    "tools/bazel run //tenants/acme:audit -- verify",
    "tools/bazel run //tenants/acme:audit -- verify --expect 1042:9f86d0…",
    "TENANT_API_KEY=ak_acme_… tools/bazel run //tenants/acme:audit -- verify --url https://ai.acme.example --json",
    "tools/bazel run //tenants/acme:audit -- list --limit 50",
  ],
};

await runCommand(spec, async ({ values, positionals }) => {
  const [what] = positionals;
  if ((what !== "verify" && what !== "list") || positionals.length > 1)
    throw new CommandError(`say what to do: verify or list`, {
      fix: "e.g. … :audit -- verify",
      exitCode: EXIT_CODES.usage,
    });
  const tenantId = required(values.tenant, "tenant");
  const expected = values.expect === undefined ? undefined : parseHead(values.expect);
  const paint = paintFor(process.stdout);
  const act = async (address: TenantAddress): Promise<number> => {
    if (what === "list") {
      const lines = await listAudit(address, Number(values.limit ?? 20), values.json === true, paint);
      process.stdout.write(lines.map((line) => `${line}\n`).join(""));
      return EXIT_CODES.ok;
    }
    const verdict = await verifyAudit(tenantId, address, expected);
    const text = values.json === true ? JSON.stringify(verdict) : formatVerdict(tenantId, verdict, paint);
    process.stdout.write(`${text}\n`);
    return verdict.ok ? EXIT_CODES.ok : EXIT_CODES.failed;
  };
  const address = givenAddress(values, process.env);
  return address === undefined
    ? withLocalTenant(values, readInvocation(process.env, process.cwd()), act)
    : act(address);
});
