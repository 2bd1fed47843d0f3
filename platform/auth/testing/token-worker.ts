import { JwtVerifier } from "#auth/jwt";
import { toPlatformError } from "#base/errors";
import { tenantConfigSchema } from "#tenancy/tenant-config";

/** What a test sends: a tenant's config, a token, and what time it is. */
interface Question {
  readonly tenant: unknown;
  readonly token: string;
  readonly nowMs: number;
}

const verifier = new JwtVerifier({ cooldownMs: 0 });

/** Verifies tokens in workerd: answers the principal as JSON, `null` for a token that does not hold, or the error. */
export default {
  async fetch(request) {
    const { tenant, token, nowMs } = await request.json<Question>();
    try {
      const principal = await verifier.verify(tenantConfigSchema.parse(tenant), token, nowMs);
      if (principal === undefined) return Response.json(null);
      return Response.json({ ...principal, scopes: [...principal.scopes], acl: [...principal.acl] });
    } catch (error) {
      const { code, status } = toPlatformError(error);
      return Response.json({ code }, { status });
    }
  },
} satisfies ExportedHandler;
