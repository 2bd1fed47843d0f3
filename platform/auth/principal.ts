import { PlatformError } from "#base/errors";
import type { Scope } from "#tenancy/scopes";

/** Who makes a request, as far as the platform has checked it. Belongs to exactly one tenant: the request's. */
export interface Principal {
  readonly kind: "key" | "token" | "anonymous";
  /** Stable id within the tenant, fit for logs and for owning sessions. Never a secret. */
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Labels of the documents that it may read besides those without labels. */
  readonly acl: ReadonlySet<string>;
}

/** Whether the principal holds a scope. `tools` includes every `tools:<name>`; `admin` includes nothing but itself. */
export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.scopes.has(scope) || (scope.startsWith("tools:") && principal.scopes.has("tools"));
}

/** Whether the principal may use any tool at all, as far as scopes say. */
export function holdsToolScope({ scopes }: Principal): boolean {
  return [...scopes].some((scope) => scope === "tools" || scope.startsWith("tools:"));
}

/**
 * Refuses a principal without the scope: `unauthenticated` for an anonymous caller, who could sign in;
 * `forbidden` for one who is signed in and still may not.
 */
export function requireScope(principal: Principal, scope: Scope): void {
  if (hasScope(principal, scope)) return;
  requireKey(principal);
  throw new PlatformError("forbidden", `The scope "${scope}" is missing.`);
}

/** Refuses an anonymous caller with `unauthenticated`. */
export function requireKey({ kind }: Principal): void {
  if (kind !== "anonymous") return;
  throw new PlatformError(
    "unauthenticated",
    "Send an API key or a token: Authorization: Bearer <…>, or a key as x-api-key.",
    {
      headers: { "www-authenticate": "Bearer" },
    },
  );
}
