declare const tenantIdBrand: unique symbol;

/**
 * The id of a tenant that is known to exist: a branded string, so that no text from a request can pass for one.
 * Minted in two places only: by the config parser (`tenantIdSchema`) and, from there, by `resolveTenant`.
 */
export type TenantId = string & { readonly [tenantIdBrand]: true };

/** Lower case, starts with a letter, 2 to 63 characters: fits a DNS label, a Worker's name and a Vectorize namespace. */
export const TENANT_ID_PATTERN = /^[a-z][a-z0-9-]{1,62}$/;
