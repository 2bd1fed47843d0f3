import { writeFileSync } from "node:fs";
import path from "node:path";

import {
  CommandError,
  type CommandLine,
  type CommandSpec,
  EXIT_CODES,
  exitCodeOf,
  required,
} from "#tools/command/command-line";
import { bundledTenant, canonicalConfig, readPrompts } from "#tools/tenant/config/bundled-tenant";
import { renderEntryModule } from "#tools/tenant/config/entry-module";
import { formatConflicts } from "#tools/tenant/config/format-conflicts";
import { joinPool } from "#tools/tenant/config/join-pool";
import { readTenantConfig } from "#tools/tenant/config/read-tenant-config";

const options = {
  pool: { type: "string", value: "NAME", about: "name of the pool's folder; must equal tenantId of its config" },
  config: { type: "string", value: "FILE", about: "the pool's own tenant.config.json (comments allowed)" },
  member: {
    type: "string",
    value: "FILE",
    multiple: true,
    about: "tenant.config.json of a tenant of the pool, in a folder that has its name; repeatable",
  },
  prompts: {
    type: "string",
    value: "FILE",
    multiple: true,
    about: "a prompts/<name>.md beside a member's config; repeatable",
  },
  "out-dir": {
    type: "string",
    value: "FOLDER",
    about: "where config.json, tenants.json, <tenant>.json and entry.js go",
  },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "validate-pool",
  about: "Checks the configs of a pool against each other, and writes what its bundle is made of.",
  options,
  examples: ["validate-pool --pool desk --config tenants/desk/tenant.config.json --member … --out-dir gen"],
};

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export const run = (args: readonly string[]): Promise<number> => exitCodeOf(spec, validate, args);

function validate({ values }: CommandLine<typeof options>): number {
  const folder = required(values["out-dir"], "out-dir");
  const file = required(values.config, "config");
  const own = { file, config: readTenantConfig(file, required(values.pool, "pool")) };
  const members = (values.member ?? []).map((member) => ({
    file: member,
    config: readTenantConfig(member, path.posix.basename(path.posix.dirname(member))),
  }));
  const result = joinPool(own, members);
  if (!result.ok) throw new CommandError(formatConflicts(result.conflicts));
  const { worker, tenants } = result.pool;
  const promptsOf = (index: number): Record<string, string> => {
    const beside = `${path.posix.dirname(members[index]?.file ?? "")}/prompts/`;
    return readPrompts((values.prompts ?? []).filter((prompt) => prompt.startsWith(beside)));
  };
  const write = (name: string, text: string): void => {
    writeFileSync(path.join(folder, name), text);
  };
  write("config.json", canonicalConfig(worker));
  write("tenants.json", `[${tenants.map(canonicalConfig).join(",")}]\n`);
  for (const tenant of tenants) write(`${tenant.tenantId}.json`, canonicalConfig(tenant));
  const bundled = tenants.map((tenant, index) => bundledTenant(tenant, `./${tenant.tenantId}.json`, promptsOf(index)));
  write("entry.js", renderEntryModule(bundled));
  return EXIT_CODES.ok;
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
