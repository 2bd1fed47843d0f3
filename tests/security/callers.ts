import { SCOPES, type Scope } from "#tenancy/scopes";
import { STRANGER, VICTIM, type World } from "#tests/security/world";
import type { Call } from "#worker/testing/start-test-worker";

/** Who makes a request, and by which door. */
export interface Caller {
  readonly name: string;
  readonly call: Call;
  /** Host to ask, where it is not the Worker's own address. */
  readonly host?: string;
}

/** Callers by what must become of them. */
export interface Callers {
  /** Nobody knows them here: 401, and nothing else. */
  readonly unauthenticated: readonly Caller[];
  /** Header and host contradict each other: 403 `tenant_mismatch`, for public routes too. */
  readonly mismatched: readonly Caller[];
  /** No tenant, or none that exists: 400 and 404, for public routes too. */
  readonly tenantless: readonly Caller[];
  /** Another tenant's principal under its own tenant: sees its own tenant's nothing. */
  readonly elsewhere: readonly Caller[];
  /** Another principal of the tenant, with every scope but `admin`. */
  readonly strangers: readonly Caller[];
  /** A key with these scopes alone. */
  readonly scoped: readonly (Caller & { readonly scopes: readonly Scope[] })[];
}

const VICTIMS_HOST = "http://acme.example";

/** Everybody who tries. */
export async function makeCallers({
  worker,
  owner,
  strangers,
  revokedKey,
  expiredKey,
  misplacedKey,
}: World): Promise<Callers> {
  const { ofTenant, ofOther } = strangers;
  const at = (name: string, call: Call, host?: string): Caller => ({
    name,
    call,
    ...(host === undefined ? {} : { host }),
  });
  const withKey = (name: string, key: string): Caller => at(name, { tenant: VICTIM, key });
  const withHeaders = (name: string, headers: Record<string, string>): Caller => at(name, { tenant: VICTIM, headers });
  const random = ofOther.key.slice(`ak_${STRANGER}_`.length);
  return {
    unauthenticated: [
      at("another tenant's key under the victim's header", { tenant: VICTIM, key: ofOther.key }),
      at("another tenant's key on the victim's host", { key: ofOther.key }, VICTIMS_HOST),
      at("another tenant's key as x-api-key", { tenant: VICTIM, headers: { "x-api-key": ofOther.key } }),
      withKey("another tenant's key with the victim's name in it", `ak_${VICTIM}_${random}`),
      withKey("a key that nobody made", `ak_${VICTIM}_${"x".repeat(43)}`),
      withKey("the owner's key but for its last character", changeLast(owner.key)),
      withKey("the first half of the owner's key", owner.key.slice(0, owner.key.length - 20)),
      withKey("the owner's key and one character", `${owner.key}A`),
      withKey("the owner's key in upper case", owner.key.toUpperCase()),
      withKey("a revoked key", revokedKey),
      withKey("an expired key", expiredKey),
      withKey("another tenant's key whose record is among the victim's", misplacedKey),
      withKey("a token without a signature", unsignedToken({ tenant: VICTIM, scope: SCOPES.join(" ") })),
      withKey("SQL in place of a key", "x'OR'1'='1'--"),
      withKey("the storage key of the owner's key", `${VICTIM}:api-key:${"0".repeat(64)}`),
      withKey("the word null", "null"),
      withHeaders("an empty credential", { authorization: "Bearer " }),
      withHeaders("the owner's key in a cookie", { cookie: `authorization=Bearer ${owner.key}; key=${owner.key}` }),
      withHeaders("the owner's key as a password", { authorization: `Basic ${btoa(`${owner.key}:`)}` }),
      at("no key", { tenant: VICTIM }),
      at("no key on the victim's host", {}, VICTIMS_HOST),
    ],
    mismatched: [
      at("another tenant's key and header on the victim's host", { tenant: STRANGER, key: ofOther.key }, VICTIMS_HOST),
      at(
        "the owner's key under another tenant's header on the victim's host",
        { tenant: STRANGER, key: owner.key },
        VICTIMS_HOST,
      ),
      at("the victim's header on another tenant's host", { tenant: VICTIM, key: ofOther.key }, "http://globex.example"),
    ],
    tenantless: [
      at("two tenants in one header", { key: ofOther.key, headers: { "x-tenant-id": `${STRANGER}, ${VICTIM}` } }),
      at("__proto__ as a tenant", { tenant: "__proto__", key: ofOther.key }),
      at("constructor as a tenant", { tenant: "constructor", key: ofOther.key }),
      at("the victim's id in upper case", { tenant: "ACME", key: ofOther.key }),
      at("the victim's id and a colon", { tenant: "acme:api-key", key: ofOther.key }),
      at("an empty tenant", { headers: { "x-tenant-id": "" } }),
      at("neither tenant nor key", {}),
    ],
    elsewhere: [
      at("another tenant's administrator under its own header", { ...ofOther }),
      at("another tenant's administrator, by its key alone", { key: ofOther.key }),
      at("another tenant's administrator on its own host", { key: ofOther.key }, "http://globex.example"),
    ],
    strangers: [at("another principal of the tenant", { ...ofTenant })],
    scoped: await Promise.all(
      scopeSets().map(async (scopes) => ({
        name: `a key with ${scopes.join(" and ") || "no scope at all"}`,
        call: { tenant: VICTIM, key: await worker.makeKey(VICTIM, scopes) },
        scopes,
      })),
    ),
  };
}

/** Each scope alone, none, and all but one. */
function scopeSets(): readonly (readonly Scope[])[] {
  const all: readonly Scope[] = [...SCOPES, "tools:kv_get"];
  const allButOne = SCOPES.map((left) => SCOPES.filter((scope) => scope !== left));
  return [[], ...all.map((scope) => [scope]), ...allButOne];
}

/** The last character of 43 in base64url holds four bits only, so the one before it is changed. */
function changeLast(key: string): string {
  const at = key.length - 2;
  return `${key.slice(0, at)}${key[at] === "A" ? "B" : "A"}${key.slice(at + 1)}`;
}

function unsignedToken(claims: object): string {
  const part = (value: object): string => btoa(JSON.stringify(value)).replaceAll("=", "");
  return `${part({ alg: "none", typ: "JWT" })}.${part({ sub: "owner", exp: 4_102_444_800, ...claims })}.AAAA`;
}
