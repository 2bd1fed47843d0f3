import { LOAD_TENANT } from "#tests/load/workers/load-tenant";
import { defineWorker } from "#worker/define-worker";

const worker = defineWorker({ tenants: [LOAD_TENANT] });

export default worker.handler;
export const { ChatSession, IdempotencyRecord, TenantMetrics, TenantQuota, IngestWorkflow } = worker;
