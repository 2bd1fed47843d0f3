import { defect, type PlatformError } from "#base/errors";
import type { Settlement } from "#limits/budget-ledger";
import type { AdmitMessage, AdmitReply, UsageMessage, UsageReport } from "#limits/quota-message";
import type { QuotaEnv } from "#limits/quota-object";
import { quotaObjectName } from "#limits/quota-object-name";
import type { TenantId } from "#tenancy/tenant-id";

/** What a caller sees of a quota object. */
export interface QuotaStub {
  admit(tenantId: TenantId, message: AdmitMessage): Promise<AdmitReply>;
  settle(tenantId: TenantId, settlements: readonly Settlement[]): Promise<{ readonly isOwnTenant: boolean }>;
  usage(tenantId: TenantId, message: UsageMessage): Promise<UsageReport | undefined>;
}

/** The quota objects of all tenants, by name. */
export interface QuotaNamespace {
  getByName(name: string): QuotaStub;
}

/** The binding `QUOTAS` as a client takes it. */
export function quotaNamespace(binding: QuotaEnv["QUOTAS"]): QuotaNamespace {
  return {
    getByName: (name) => ({
      admit: async (tenantId, message) => binding.getByName(name).admit(tenantId, message),
      settle: async (tenantId, settlements) => binding.getByName(name).settle(tenantId, settlements),
      usage: async (tenantId, message) => binding.getByName(name).usage(tenantId, message),
    }),
  };
}

/** An object that takes longer counts as failed. */
export const CALL_TIMEOUT_MS = 500;

/**
 * Calls a tenant's quota object by the name that `quotaObjectName` gives, within `CALL_TIMEOUT_MS`.
 * Throws what the call throws, or a `TimeoutError`; an object of another tenant is `internal`.
 */
export class QuotaCalls {
  readonly #namespace: QuotaNamespace;

  constructor(namespace: QuotaNamespace) {
    this.#namespace = namespace;
  }

  async admit(tenantId: TenantId, message: AdmitMessage): Promise<AdmitReply> {
    const reply = await withTimeout(() => this.#stub(tenantId).admit(tenantId, message));
    if (reply.outcome === "wrong_tenant") throw wrongTenant();
    return reply;
  }

  async settle(tenantId: TenantId, settlements: readonly Settlement[]): Promise<void> {
    const { isOwnTenant } = await withTimeout(() => this.#stub(tenantId).settle(tenantId, settlements));
    if (!isOwnTenant) throw wrongTenant();
  }

  async usage(tenantId: TenantId, message: UsageMessage): Promise<UsageReport> {
    const report = await withTimeout(() => this.#stub(tenantId).usage(tenantId, message));
    if (report === undefined) throw wrongTenant();
    return report;
  }

  #stub(tenantId: TenantId): QuotaStub {
    return this.#namespace.getByName(quotaObjectName(tenantId));
  }
}

async function withTimeout<Value>(call: () => Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DOMException(`no answer within ${CALL_TIMEOUT_MS} ms`, "TimeoutError"));
    }, CALL_TIMEOUT_MS);
  });
  try {
    return await Promise.race([call(), timeout]);
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}

function wrongTenant(): PlatformError {
  return defect("the quota object is another tenant's");
}
