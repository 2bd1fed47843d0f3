import * as z from "#base/zod";

import type { SpeechJob, SpeechStore } from "#storage/speech-store";
import { scopedKey } from "#tenancy/scoped-key";
import type { TenantId } from "#tenancy/tenant-id";

const jobSchema = z.object({ principalId: z.string(), format: z.string(), createdAtMs: z.number() });

/** Speech jobs and their audio in Workers KV, under `<tenant>:speech:<job>`. Each key is written once and goes by itself. */
export function createKvSpeechStore(kv: KVNamespace, ttlSeconds: number): SpeechStore {
  const partKey = (tenantId: TenantId, jobId: string, part: number): string =>
    scopedKey(tenantId, "speech", jobId, String(part));
  const options = { expirationTtl: ttlSeconds };
  return {
    putJob: (tenantId, jobId, job) => kv.put(scopedKey(tenantId, "speech", jobId), JSON.stringify(job), options),
    async getJob(tenantId, jobId): Promise<SpeechJob | undefined> {
      const job: unknown = await kv.get(scopedKey(tenantId, "speech", jobId), "json");
      return job === null ? undefined : jobSchema.parse(job);
    },
    putPart: (tenantId, { jobId, part }, audio) => kv.put(partKey(tenantId, jobId, part), audio, options),
    async getPart(tenantId, { jobId, part }) {
      return (await kv.get(partKey(tenantId, jobId, part), "arrayBuffer")) ?? undefined;
    },
  };
}
