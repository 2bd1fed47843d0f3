import type { JWTVerifyGetKey } from "jose";
import { JOSEError } from "jose/errors";
import { createRemoteJWKSet } from "jose/jwks/remote";
import { jwtVerify } from "jose/jwt/verify";

import type { TokenVerifier } from "#auth/authenticate";
import type { Principal } from "#auth/principal";
import { sha256Hex } from "#base/digest";
import { PlatformError } from "#base/errors";
import { aclLabelSchema, MAX_ACL_LABELS } from "#tenancy/acl-label";
import type { JwtConfig } from "#tenancy/auth-config";
import type { Scope } from "#tenancy/scopes";
import type { TenantConfig } from "#tenancy/tenant-config";

/** Clocks of issuer and Worker may differ by so many seconds. */
const CLOCK_TOLERANCE_SECONDS = 30;
/** How long the issuer may take to send its keys. */
const JWKS_TIMEOUT_MS = 3_000;
/** How long its keys are kept. A key that is not among them is looked for at once, at most every 30 s. */
const JWKS_MAX_AGE_MS = 10 * 60_000;
const JWKS_COOLDOWN_MS = 30_000;

/** Failures of jose that are the issuer's, not the token's. */
const ISSUER_FAILURES: ReadonlySet<string> = new Set(["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"]);

/**
 * Verifies tokens of the tenants' identity providers: signature by the issuer's published keys, `iss`, `aud`, `exp`,
 * `nbf`, `sub`, and the tenant's id in its claim. Keeps the issuers' keys, one instance per isolate.
 */
export class JwtVerifier implements TokenVerifier {
  readonly #keySets = new Map<string, JWTVerifyGetKey>();
  readonly #cooldownMs: number;

  /** @param options.cooldownMs shortest time between two requests for an issuer's keys; a bad key id must not flood it */
  constructor({ cooldownMs = JWKS_COOLDOWN_MS } = {}) {
    this.#cooldownMs = cooldownMs;
  }

  /**
   * The bearer of a token, or `undefined` when the token does not hold here for whatever reason.
   * @throws PlatformError `unavailable` when the issuer's keys cannot be read.
   */
  async verify(tenant: TenantConfig, token: string, nowMs: number): Promise<Principal | undefined> {
    const config = tenant.auth.jwt;
    if (config === undefined) return undefined;
    try {
      const { payload } = await jwtVerify(token, this.#keysOf(config), {
        algorithms: [...config.algorithms],
        audience: config.audience,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(nowMs),
        issuer: config.issuer,
        requiredClaims: ["exp", "sub"],
      });
      const claims = new Map<string, unknown>(Object.entries(payload));
      if (claims.get(config.tenantClaim) !== tenant.tenantId || !isOfSomebody(claims)) return undefined;
      return await principalOf(config, claims);
    } catch (error) {
      if (error instanceof JOSEError && !ISSUER_FAILURES.has(error.code)) return undefined;
      throw new PlatformError("unavailable", "The token cannot be checked now: its issuer does not answer.", {
        headers: { "retry-after": "5" },
        cause: error,
      });
    }
  }

  #keysOf({ issuer, jwksUrl }: JwtConfig): JWTVerifyGetKey {
    const url = jwksUrl ?? `${issuer.replace(/\/$/, "")}/.well-known/jwks.json`;
    const known =
      this.#keySets.get(url) ??
      createRemoteJWKSet(new URL(url), {
        cacheMaxAge: JWKS_MAX_AGE_MS,
        cooldownDuration: this.#cooldownMs,
        timeoutDuration: JWKS_TIMEOUT_MS,
      });
    this.#keySets.set(url, known);
    return known;
  }
}

/** One person, for a time: a subject that is no text would be shared by all who have none, and JSON can say 1e999. */
function isOfSomebody(claims: ReadonlyMap<string, unknown>): boolean {
  const subject = claims.get("sub");
  return typeof subject === "string" && subject !== "" && Number.isFinite(claims.get("exp"));
}

/** The id is a digest, because subjects are often addresses of people and ids reach logs. */
async function principalOf(config: JwtConfig, claims: ReadonlyMap<string, unknown>): Promise<Principal> {
  const claimed = textsOf(claims.get(config.scopeClaim));
  const labels = textsOf(claims.get(config.aclClaim)).filter((label) => aclLabelSchema.safeParse(label).success);
  return {
    kind: "token",
    id: `usr_${(await sha256Hex(JSON.stringify([config.issuer, claims.get("sub")]))).slice(0, 24)}`,
    scopes: new Set<Scope>(config.scopes.filter((scope) => claimed.includes(scope))),
    acl: new Set(labels.slice(0, MAX_ACL_LABELS)),
  };
}

/** A claim that is a list of texts, or one text with spaces in it. */
function textsOf(claim: unknown): readonly string[] {
  if (typeof claim === "string") return claim.split(" ");
  return Array.isArray(claim) ? claim.filter((entry) => typeof entry === "string") : [];
}
