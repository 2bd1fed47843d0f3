import { ALL_TOOLS } from "#llm-tools/builtin/all-tools";
import { LOAD_TENANT } from "#tests/load/workers/load-tenant";
import { tenantConfigSchema } from "#tenancy/tenant-config";
import { defineWorker } from "#worker/define-worker";

const worker = defineWorker({ tenants: [tenantConfigSchema.parse(LOAD_TENANT)], tools: ALL_TOOLS });

export default worker.handler;
export const { ChatSession, IdempotencyRecord, TenantMetrics, TenantQuota, IngestWorkflow } = worker;
