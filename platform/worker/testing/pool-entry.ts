import { defineWorker } from "#worker/define-worker";
import { FaultyQuota } from "#worker/testing/faulty-quota";
import { ACME, GLOBEX, HOOLI, INITECH, OSCORP, SOYLENT, STARK, UMBRELLA, VANDELAY } from "#worker/testing/two-tenants";
import { tokenVerifier } from "#worker/token-verifier";

const worker = defineWorker({
  tenants: [ACME, GLOBEX, HOOLI, INITECH, OSCORP, SOYLENT, STARK, UMBRELLA, VANDELAY],
  prompts: { acme: { system: "You are the assistant of Acme Inc. Be brief." }, soylent: { system: "Hi" } },
  tokens: tokenVerifier(),
});

export default worker.handler;
export const { ChatSession, IdempotencyRecord, IngestWorkflow } = worker;
export const TenantQuota = FaultyQuota;
