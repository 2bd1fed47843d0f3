import { CommandError, EXIT_CODES, required } from "#tools/command/command-line";
import { readInvocation, userPath } from "#tools/command/invocation";
import { paintFor } from "#tools/command/paint";
import { accountNamespace } from "#tools/tenant/kv/account-namespace";
import { restKeyValues } from "#tools/tenant/kv/rest-key-values";
import { type ActValues, formatLines, mayAct } from "../operate/confirm-plan.js";
import { openAccount, reachOf } from "../operate/open-account.js";
import { readEnvironment, requireWorkspace } from "../operate/tenant-command.js";
import { editJsonFile } from "../provision/edit-json-file.js";
import { exportTenant } from "./export-tenant.js";
import { resourcesOfOthers } from "./other-tenants.js";
import { executeRemoval, planRemoval } from "./remove-tenant.js";
import { environmentOf, readTenantSource } from "./tenant-source.js";

interface TenantValues extends ActValues {
  readonly env?: string;
  readonly to?: string;
  readonly confirm?: string;
  readonly "api-timeout"?: string;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs `//tools:tenant`. Answers the exit code. */
export function tenantCommand(verb: string | undefined, id: string | undefined, values: TenantValues): Promise<number> {
  const workspaceDir = requireWorkspace(process.env);
  switch (verb) {
    case "disable":
    case "enable":
      return setEnabled(workspaceDir, id, verb === "enable", values);
    case "export":
      return exportAll(workspaceDir, id, values);
    case "remove":
      return remove(workspaceDir, id, values);
    default:
      throw new CommandError(`${verb ?? "nothing"} is no command of this program`, {
        fix: "say disable, enable, export or remove; --help explains them",
        exitCode: EXIT_CODES.usage,
      });
  }
}

async function setEnabled(
  workspaceDir: string,
  id: string | undefined,
  isEnabled: boolean,
  values: ActValues,
): Promise<number> {
  const { config, configFile } = readTenantSource(workspaceDir, id);
  const { tenantId } = config;
  if (config.enabled === isEnabled) {
    say(`nothing to do: ${tenantId} is ${isEnabled ? "enabled" : "disabled"}`);
    return EXIT_CODES.ok;
  }
  const text = `tenants/${tenantId}/tenant.config.json: enabled ${config.enabled} → ${isEnabled}`;
  process.stdout.write(formatLines([{ sign: "~", text }], paintFor(process.stdout)));
  if (!(await mayAct(values, "Change it?"))) return EXIT_CODES.ok;
  await editJsonFile(configFile, [[["enabled"], isEnabled]]);
  say(`done. It takes effect with the next deploy: tools/bazel run //tenants/${tenantId}:deploy -- --env production`);
  return EXIT_CODES.ok;
}

async function exportAll(workspaceDir: string, id: string | undefined, values: TenantValues): Promise<number> {
  const source = readTenantSource(workspaceDir, id);
  const { tenantId } = source.config;
  const { environment } = environmentOf(source, readEnvironment(values.env));
  const folder = userPath(readInvocation(process.env, process.cwd()), required(values.to, "to"));
  if (environment.d1DatabaseId === undefined) {
    throw new CommandError(`${environment.name} of ${tenantId} is not provisioned`, {
      fix: "there is nothing to export",
    });
  }
  const { account, explaining } = openAccount(source.config, reachOf(values, process.env));
  const keyValues = restKeyValues(accountNamespace(source.config, environment.name, process.env));
  const from = { tenantId, environment: environment.name, account, databaseId: environment.d1DatabaseId, keyValues };
  const { files, left } = await explaining(() => exportTenant(from, folder, Date.now()));
  for (const [file, count] of Object.entries(files)) say(`${String(count).padStart(8)}  ${file}`);
  for (const what of left) say(`  not exported: ${what}`);
  say(`done: ${folder}`);
  return EXIT_CODES.ok;
}

async function remove(workspaceDir: string, id: string | undefined, values: TenantValues): Promise<number> {
  const source = readTenantSource(workspaceDir, id);
  const { tenantId } = source.config;
  const environment = environmentOf(source, readEnvironment(values.env));
  const { account, explaining } = openAccount(source.config, reachOf(values, process.env));
  return explaining(async () => {
    const others = resourcesOfOthers(workspaceDir, tenantId);
    const plan = await planRemoval(account, environment, (kind, name) => others.has(`${kind} ${name}`));
    say(`${tenantId}, ${environment.environment.name}, account ${account.id}`);
    process.stdout.write(formatLines(plan.lines, paintFor(process.stdout)));
    if (plan.removals.length === 0) {
      say(`nothing is left of it here. When that holds for every environment: git rm -r tenants/${tenantId}`);
      return EXIT_CODES.ok;
    }
    if (values["dry-run"] === true) return EXIT_CODES.ok;
    if (values.yes !== true || values.confirm !== tenantId) {
      throw new CommandError("nothing was removed", {
        why: "this cannot be undone, so it is asked for twice",
        fix: `export first; then run it again with --yes --confirm ${tenantId}`,
      });
    }
    await executeRemoval(plan, (what) => say(`removed ${what}`));
    say(`done. When no environment is left: git rm -r tenants/${tenantId}`);
    return EXIT_CODES.ok;
  });
}
