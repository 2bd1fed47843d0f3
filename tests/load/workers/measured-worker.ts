import { LOAD_TENANT } from "#tests/load/workers/load-tenant";
import { defineWorker } from "#worker/define-worker";
import { insights } from "#worker/insights";

const worker = defineWorker({ tenants: [LOAD_TENANT], insights: insights() });

export default worker.handler;
export const { ChatSession, IdempotencyRecord, TenantMetrics, TenantQuota, IngestWorkflow } = worker;
