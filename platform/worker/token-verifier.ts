import type { TokenVerifier } from "#auth/authenticate";
import { JwtVerifier } from "#auth/jwt";

/**
 * Checks tokens of identity providers, one per isolate. Imported by the entry modules of tenants that accept tokens
 * and by nothing else, so that jose is in no other bundle.
 */
export function tokenVerifier(): TokenVerifier {
  return new JwtVerifier();
}
