import { LOAD_TENANT } from "#tests/load/workers/load-tenant";
import { tenantConfigSchema } from "#tenancy/tenant-config";
import { defineWorker } from "#worker/define-worker";
import { insights } from "#worker/insights";

const worker = defineWorker({ tenants: [tenantConfigSchema.parse(LOAD_TENANT)], insights: insights() });

export default worker.handler;
export const { ChatSession, IdempotencyRecord, TenantMetrics, TenantQuota, IngestWorkflow } = worker;
