import * as z from "#base/zod";

declare const tenantIdBrand: unique symbol;

/**
 * The id of a tenant that is known to exist: a branded string, so that no text from a request can pass for one.
 * Minted in two places only: by the config parser (`tenantIdSchema`) and, from there, by `resolveTenant`.
 */
export type TenantId = string & { readonly [tenantIdBrand]: true };

/** Lower case, starts with a letter, 2 to 63 characters: fits a DNS label, a Worker's name and a Vectorize namespace. */
export const TENANT_ID_PATTERN = /^[a-z][a-z0-9-]{1,62}$/;

/** Ids that would be mistaken for a part of the platform, of a host name or of JavaScript. */
export const RESERVED_TENANT_IDS: ReadonlySet<string> = new Set([
  "admin",
  "all",
  "api",
  "cloudflare",
  "constructor",
  "default",
  "internal",
  "localhost",
  "none",
  "null",
  "platform",
  "prototype",
  "public",
  "shared",
  "system",
  "tenant",
  "undefined",
  "www",
]);

/** Parses the `tenantId` of a config file. The transform is the only cast to the brand. */
export const tenantIdSchema = z.pipe(
  z.string().check(
    z.regex(TENANT_ID_PATTERN, {
      error: `must match ${TENANT_ID_PATTERN.source}: 2 to 63 of a-z, 0-9 and "-", starting with a letter`,
    }),
    z.refine((id) => !RESERVED_TENANT_IDS.has(id), {
      error: (issue) => `"${String(issue.input)}" is reserved: choose another id`,
    }),
  ),
  z.transform((id) => id as TenantId),
);
