import type { TenantConfigInput } from "#tenancy/tenant-config";

const accountId = "0123456789abcdef0123456789abcdef";

/** Small, so that a test reaches the limit. */
export const ACME_SESSIONS = { maxMessages: 50 };

/** The tenants of the test Worker. They share every resource on purpose: only the platform's own walls keep them apart. */
export const ACME: TenantConfigInput = {
  tenantId: "acme",
  displayName: "Acme Inc.",
  accountId,
  environments: { dev: { hostnames: ["acme.example"] } },
  cors: { origins: ["https://app.acme.example"] },
  sessions: ACME_SESSIONS,
  ai: { allowedModels: ["@cf/meta/llama-3.1-8b-instruct"] },
  limits: { body: { standardBytes: 16_384, smallBytes: 1_024 } },
};

export const GLOBEX: TenantConfigInput = {
  tenantId: "globex",
  displayName: "Globex Corporation",
  accountId,
  environments: { dev: { hostnames: ["globex.example"] } },
  auth: { anonymousScopes: ["search"] },
};
