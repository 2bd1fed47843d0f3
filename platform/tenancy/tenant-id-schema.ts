import * as z from "#base/zod";

import { TENANT_ID_PATTERN, type TenantId } from "#tenancy/tenant-id";

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

/** Parses the `tenantId` of a config file. This is the only cast to the brand. */
export const tenantIdSchema = z.string().check(
  z.regex(TENANT_ID_PATTERN, {
    error: `must match ${TENANT_ID_PATTERN.source}: 2 to 63 of a-z, 0-9 and "-", starting with a letter`,
  }),
  z.refine((id) => !RESERVED_TENANT_IDS.has(id), {
    error: (issue) => `"${String(issue.input)}" is reserved: choose another id`,
  }),
) as unknown as z.ZodMiniType<TenantId, string>;
