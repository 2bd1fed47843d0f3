import { readdirSync } from "node:fs";
import path from "node:path";

import { ENVIRONMENTS } from "#tenancy/environments";
import { environmentOf, readTenantSource } from "./tenant-source.js";

/** Names and ids of resources that tenants other than `id` use, as `kind name`: they are never removed with it. */
export function resourcesOfOthers(workspaceDir: string, id: string): ReadonlySet<string> {
  const folder = path.join(workspaceDir, "tenants");
  const others = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== id,
  );
  return new Set(
    others.flatMap(({ name }) => {
      const source = readTenantSource(workspaceDir, name);
      return ENVIRONMENTS.flatMap((environment) => {
        const { resources } = environmentOf(source, environment);
        return [
          `index ${resources.index.name}`,
          `gateway ${resources.gatewayId}`,
          ...(resources.kvNamespaceId === undefined ? [] : [`namespace ${resources.kvNamespaceId}`]),
          ...(resources.databaseId === undefined ? [] : [`database ${resources.databaseId}`]),
        ];
      });
    }),
  );
}
