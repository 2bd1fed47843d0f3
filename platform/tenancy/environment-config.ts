import * as z from "#base/zod";

import { environmentModelsSchema } from "#tenancy/ai-config";

const HOSTNAME_PATTERN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;
const RESOURCE_NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** A host name in lower case with at least one dot, no port, no scheme, no wildcard. */
export const hostnameSchema = z.string().check(
  z.regex(HOSTNAME_PATTERN, {
    error: 'must be a host name in lower case, such as "chat.acme.example": no scheme, port, path or wildcard',
  }),
);

const resourceName = z.string().check(
  z.regex(RESOURCE_NAME_PATTERN, {
    error: 'must be 1 to 63 of a-z, 0-9 and "-", starting with a letter or digit',
  }),
);

/**
 * Names and ids of what one environment owns in the Cloudflare account.
 * Names left out are derived from the tenant and the environment; ids are known once the resources exist.
 */
const resourcesSchema = z.strictObject({
  kvNamespaceId: z.optional(
    z.string().check(z.regex(/^[0-9a-f]{32}$/, { error: "must be the 32 hex digits of a KV namespace id" })),
  ),
  d1DatabaseId: z.optional(z.uuid({ error: "must be the UUID of a D1 database" })),
  d1DatabaseName: z.optional(resourceName),
  vectorizeIndex: z.optional(resourceName),
  gatewayId: z.optional(resourceName),
});

export const environmentSchema = z.strictObject({
  /** Custom domains of this environment. Without any, the Worker answers on its workers.dev host. */
  hostnames: z._default(z.array(hostnameSchema).check(z.maxLength(50)), []),
  /** Name of the deployed Worker script. */
  workerName: z.optional(resourceName),
  /** Models of this environment, where they are not the tenant's. */
  models: z.prefault(environmentModelsSchema, {}),
  resources: z.prefault(resourcesSchema, {}),
});

export const environmentsSchema = z.strictObject({
  dev: z.prefault(environmentSchema, {}),
  staging: z.prefault(environmentSchema, {}),
  production: z.prefault(environmentSchema, {}),
});
