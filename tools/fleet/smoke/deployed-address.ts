import type { TenantAddress } from "#tools/tenant/client/tenant-client";
import { VERSION_OVERRIDES_HEADER } from "#tools/tenant/client/tenant-client";

/** The address of a deployed Worker, or of one of its versions. */
export function deployedAddress(given: {
  readonly hostname: string;
  readonly apiKey: string;
  /** Where the hostname leads to, instead of what DNS says. */
  readonly connectTo: string | undefined;
  /** Asks for this version of the deployment. */
  readonly version?: { readonly worker: string; readonly id: string };
}): TenantAddress {
  const { hostname, apiKey, connectTo, version } = given;
  const headers = version === undefined ? {} : { [VERSION_OVERRIDES_HEADER]: `${version.worker}="${version.id}"` };
  return { url: `https://${hostname}`, apiKey, headers, ...(connectTo === undefined ? {} : { connectTo }) };
}
