import * as z from "#base/zod";

import { scopeSchema } from "#tenancy/scopes";

/** Signature algorithms of tokens: asymmetric only, so that nothing that verifies can also sign. */
export const JWT_ALGORITHMS = ["RS256", "ES256"] as const;

/** Plain http only to this machine, where tests and local identity providers listen. */
const secureUrl = z.url().check(
  z.regex(/^https:\/\/|^http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?(?:\/|$)/, {
    error: "must be an https address: who can change an answer of http can sign in as anybody",
  }),
);

/** Name of a claim, a namespaced one such as `https://acme.example/tenant` too. */
const claimName = z.string().check(z.minLength(1), z.maxLength(200));

/** Tokens of the tenant's own identity provider (RFC 7519), taken besides API keys. */
const jwtSchema = z.strictObject({
  /** Must equal the token's `iss` to the letter. */
  issuer: secureUrl,
  /** Must be in the token's `aud`. */
  audience: z.string().check(z.minLength(1), z.maxLength(200)),
  /** Where the issuer publishes its keys; the default is `<issuer>/.well-known/jwks.json`. */
  jwksUrl: z.optional(secureUrl),
  algorithms: z._default(z.array(z.enum(JWT_ALGORITHMS)).check(z.minLength(1)), [...JWT_ALGORITHMS]),
  /** Claim that must hold this tenant's id: an issuer may serve several tenants. */
  tenantClaim: z._default(claimName, "tenant"),
  /** Claim with the scopes: a text with spaces between them (RFC 8693) or a list. */
  scopeClaim: z._default(claimName, "scope"),
  /** Claim with a list of labels of documents that the bearer may read. */
  aclClaim: z._default(claimName, "acl"),
  /** The most that a token may hold; what else it claims is ignored. */
  scopes: z._default(z.array(scopeSchema), ["chat", "search", "ingest", "tools", "tts"]),
});

export type JwtConfig = Readonly<z.output<typeof jwtSchema>>;

/** Who may call a tenant, besides holders of its API keys. */
export const authSchema = z.strictObject({
  /** What a caller without a credential may do. */
  anonymousScopes: z._default(z.array(scopeSchema), []),
  jwt: z.optional(jwtSchema),
});
