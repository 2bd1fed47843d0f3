import { defineWorker } from "#worker/define-worker";
import { ACME, GLOBEX, HOOLI, INITECH, VANDELAY } from "#worker/testing/two-tenants";

const worker = defineWorker({
  tenants: [ACME, GLOBEX, HOOLI, INITECH, VANDELAY],
  prompts: { acme: { system: "You are the assistant of Acme Inc. Be brief." } },
});

export default worker.handler;
export const { ChatSession, IdempotencyRecord, TenantQuota, IngestWorkflow } = worker;
