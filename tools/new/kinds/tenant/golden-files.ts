import { parse } from "jsonc-parser";

import { ENVIRONMENTS } from "#tenancy/environments";
import { parseTenantConfig } from "#tenancy/parse-tenant-config";
import { renderWranglerConfig } from "#tools/tenant/config/wrangler-config";
import type { PlannedFile } from "../../plan/plan.js";
import type { Tree } from "../../plan/tree.js";

/** The wrangler files that a tenant keeps for review, as a changed config renders them. None that are not kept. */
export function goldenFiles(tenantId: string, configText: string, tree: Tree): readonly PlannedFile[] {
  const result = parseTenantConfig(parse(configText));
  if (!result.ok) return [];
  return ENVIRONMENTS.flatMap((name) => {
    const path = `tenants/${tenantId}/golden/wrangler.${name}.jsonc`;
    return tree.has(path) ? [{ path, text: renderWranglerConfig(result.config, name), owner: "build" as const }] : [];
  });
}
