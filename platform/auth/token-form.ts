import * as z from "#base/zod";

const claim = z.object({ tenant: z.string() });

/** Whether a credential has the form of a signed token (RFC 7515 compact serialization). Proves nothing. */
export function looksLikeJwt(credential: string): boolean {
  return /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(credential);
}

/**
 * The tenant that an unverified token claims to be for, by the default name of the claim: selects whom to ask in a
 * pool, proves nothing. Where a tenant's issuer names the claim otherwise, the header or the host must say it.
 */
export function claimedTenantOfJwt(token: string): string | undefined {
  try {
    const [, payloadPart = ""] = token.split(".");
    const bytes = atob(payloadPart.replaceAll("-", "+").replaceAll("_", "/"));
    const payload: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (unit) => unit.charCodeAt(0))));
    return claim.safeParse(payload).data?.tenant;
  } catch {
    return undefined;
  }
}
