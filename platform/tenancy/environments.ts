import type * as z from "#base/zod";

import type { environmentsSchema } from "#tenancy/environment-config";

/** The environments every tenant has. Each has resources of its own; none is ever shared. */
export const ENVIRONMENTS = ["dev", "staging", "production"] as const;
export type EnvironmentName = (typeof ENVIRONMENTS)[number];

/** An environment with every name filled in. Ids stay absent until the resource is provisioned. */
export interface ResolvedEnvironment {
  readonly name: EnvironmentName;
  readonly hostnames: readonly string[];
  readonly workerName: string;
  readonly kvNamespaceId: string | undefined;
  readonly d1DatabaseId: string | undefined;
  readonly d1DatabaseName: string;
  readonly vectorizeIndex: string;
  readonly gatewayId: string;
}

/** Fills the names that a config leaves out: `<tenant>-<environment>` for each resource. */
export function resolveEnvironment(
  tenantId: string,
  environments: z.infer<typeof environmentsSchema>,
  name: EnvironmentName,
): ResolvedEnvironment {
  const { hostnames, workerName, resources } = environments[name];
  const derived = `${tenantId}-${name}`;
  return {
    name,
    hostnames,
    workerName: workerName ?? derived,
    kvNamespaceId: resources.kvNamespaceId,
    d1DatabaseId: resources.d1DatabaseId,
    d1DatabaseName: resources.d1DatabaseName ?? derived,
    vectorizeIndex: resources.vectorizeIndex ?? derived,
    gatewayId: resources.gatewayId ?? derived,
  };
}
