import { definePool } from "#worker/testing/define-pool";

const pool = definePool();

export default pool.handler;

export const { ChatSession, IdempotencyRecord, IngestWorkflow, TenantMetrics, TenantQuota } = pool;
