import { parse } from "jsonc-parser";

import { findTenantConflicts, type ConfigFile } from "#tenancy/find-tenant-conflicts";
import { parseTenantConfig, type ConfigProblem } from "#tenancy/parse-tenant-config";
import { parseTenantConfigText } from "#tools/tenant/config/read-tenant-config";
import { findUnknownTools } from "#tools/tenant/config/unknown-tools";
import type { Tree } from "../../plan/tree.js";
import { refuse } from "../refuse.js";

export function configPath(tenantId: string): string {
  return `tenants/${tenantId}/tenant.config.json`;
}

/** A tenant that is there, and the text of its config. @throws CommandError when there is none of this id */
export function readTenantText(tree: Tree, id: string): { readonly tenantId: string; readonly text: string } {
  const ids = tree.folders("tenants").filter((folder) => tree.has(configPath(folder)));
  // Compared with the folders that are there: no other text becomes part of a path.
  const tenantId =
    ids.find((folder) => folder === id) ?? refuse(`there is no tenant "${id}": there are ${ids.join(", ") || "none"}`);
  return { tenantId, text: tree.read(configPath(tenantId)) ?? "" };
}

/** Every tenant of a checkout. @throws CommandError when a config does not hold: then nobody can say what is taken */
export function readTenants(tree: Tree): readonly ConfigFile[] {
  return tree.folders("tenants").flatMap((id) => {
    const file = configPath(id);
    const text = tree.read(file);
    if (text === undefined) return [];
    const result = parseTenantConfigText(file, text, id);
    return result.ok ? [{ file, config: result.config }] : refuse(`mend another tenant first: ${result.report}`);
  });
}

/**
 * Checks the text of a config that is to be written, by itself and against all other tenants.
 * @throws CommandError with the first thing that is wrong
 */
export function checkConfig(tenantId: string, text: string, tree: Tree): void {
  const result = parseTenantConfig(parse(text));
  const [problem] = result.ok ? findUnknownTools(result.config) : result.problems;
  if (!result.ok || problem !== undefined)
    return refuse(problem === undefined ? "the config does not hold" : sentenceOf(problem));
  const others = readTenants(tree).filter(({ config }) => config.tenantId !== tenantId);
  const [conflict] = findTenantConflicts([...others, { file: configPath(tenantId), config: result.config }]);
  if (conflict !== undefined) refuse(`${conflict.rule}: choose another`);
}

function sentenceOf({ field, rule, remedy }: ConfigProblem): string {
  return rule.startsWith("must") ? `${field} ${rule}` : `${field}: ${rule}; ${remedy}`;
}
