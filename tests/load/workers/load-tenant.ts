import type { TenantConfigInput } from "#tenancy/tenant-config";

/** The tenant that is measured: every kind of limit and budget holds and is counted, none is ever reached. */
export const LOAD_TENANT: TenantConfigInput = {
  tenantId: "load",
  displayName: "Load",
  accountId: "0123456789abcdef0123456789abcdef",
  insights: { enabled: true },
  ai: { models: { chat: "@cf/meta/llama-3.1-8b-instruct-fast" } },
  limits: {
    rate: { principal: { perMinute: 10_000_000 }, ip: { perMinute: 10_000_000 }, tenant: { perMinute: 10_000_000 } },
    budgets: (["tenant", "key", "model"] as const).flatMap((scope) =>
      (["day", "month"] as const).flatMap((window) => [
        { scope, window, unit: "tokens" as const, limit: 1_000_000_000_000 },
        { scope, window, unit: "usd" as const, limit: 1_000_000 },
      ]),
    ),
  },
};
