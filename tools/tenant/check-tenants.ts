import { writeFileSync } from "node:fs";

import { findTenantConflicts, type TenantConflict } from "#tenancy/find-tenant-conflicts";
import { formatConfigProblems } from "#tenancy/parse-tenant-config";
import { CommandError, EXIT_CODES, runCommand, type CommandSpec } from "#tools/command/command-line";
import { readTenantConfig } from "#tools/tenant/config/read-tenant-config";

const options = {
  out: { type: "string", value: "FILE", about: "write the list of tenants here (a build needs an output)" },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "check-tenants",
  about: "Checks that no two tenants share an id, a host name or a resource.",
  options,
  positionals: "CONFIG…",
  examples: ["check-tenants tenants/*/tenant.config.json"],
};

await runCommand(spec, ({ values, positionals }) => {
  if (positionals.length === 0) {
    throw new CommandError("no config file was given", {
      fix: "name them: check-tenants tenants/*/tenant.config.json",
      exitCode: EXIT_CODES.usage,
    });
  }
  const files = positionals.toSorted().map((file) => ({ file, config: readTenantConfig(file) }));
  const conflicts = findTenantConflicts(files);
  if (conflicts.length > 0) throw new CommandError(formatConflicts(conflicts));
  const summary = files.map(({ config }) => `${config.tenantId}\n`).join("");
  if (values.out !== undefined) writeFileSync(values.out, summary);
  else process.stdout.write(`${files.length} tenants, no conflicts\n`);
  return EXIT_CODES.ok;
});

function formatConflicts(conflicts: readonly TenantConflict[]): string {
  const byFile = Map.groupBy(conflicts, (conflict) => conflict.file);
  return [...byFile].map(([file, problems]) => formatConfigProblems(file, problems)).join("\n");
}
