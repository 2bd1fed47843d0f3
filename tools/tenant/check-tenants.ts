import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { findTenantConflicts } from "#tenancy/find-tenant-conflicts";
import { CommandError, EXIT_CODES, runCommand, type CommandSpec } from "#tools/command/command-line";
import { formatConflicts } from "#tools/tenant/config/format-conflicts";
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
  const files = positionals
    .flatMap(withMembers)
    .toSorted()
    .map((file) => ({ file, config: readTenantConfig(file) }));
  const conflicts = findTenantConflicts(files);
  if (conflicts.length > 0) throw new CommandError(formatConflicts(conflicts));
  const summary = files.map(({ config }) => `${config.tenantId}\n`).join("");
  if (values.out !== undefined) writeFileSync(values.out, summary);
  else process.stdout.write(`${files.length} tenants, no conflicts\n`);
  return EXIT_CODES.ok;
});

/** A config, and if it is a pool's those of its tenants, which are in folders beside it. */
function withMembers(file: string): readonly string[] {
  const folder = path.dirname(file);
  const members = readdirSync(folder).map((name) => path.join(folder, name, path.basename(file)));
  return [file, ...members.filter((member) => existsSync(member))];
}
