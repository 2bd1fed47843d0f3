import * as z from "#base/zod";

import { EXIT_CODES } from "#tools/command/command-line";
import type { Paint } from "#tools/command/paint";
import type { Screen } from "#tools/command/screen";
import { callTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";
import { withRetries } from "#tools/tenant/client/with-retries";

const pageSchema = z.object({
  jobs: z.array(z.object({ jobId: z.string() })),
  nextCursor: z.optional(z.string()),
});
const jobSchema = z.object({
  jobId: z.string(),
  createdAt: z.string(),
  failed: z.array(z.object({ docId: z.string(), code: z.string(), message: z.string() })),
});

/** A job with documents that could not be stored. */
export type FailedJob = z.infer<typeof jobSchema>;

/** Shows what jobs could not store; with `shouldRetry`, hands it over again. Answers the exit code: 1 while something is left. */
export async function showDeadLetters(
  address: TenantAddress,
  { shouldRetry, isJson }: { readonly shouldRetry: boolean; readonly isJson: boolean },
  { screen, paint }: { readonly screen: Screen; readonly paint: Paint },
): Promise<number> {
  const jobs = await listFailedJobs(address);
  if (isJson) process.stdout.write(`${JSON.stringify({ jobs })}\n`);
  screen.line(formatDeadLetters(jobs, paint));
  if (!shouldRetry) return jobs.length === 0 ? EXIT_CODES.ok : EXIT_CODES.failed;
  for (const { jobId } of jobs) {
    await withRetries(() => callTenant(address, "POST", `/ingest/${jobId}/retry`), { accepted: [409] });
    screen.line(`handed over again: job ${jobId}`);
  }
  return EXIT_CODES.ok;
}

async function listFailedJobs(address: TenantAddress): Promise<FailedJob[]> {
  const jobs: FailedJob[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ failed: "true", ...(cursor === undefined ? {} : { cursor }) });
    const call = (): Promise<unknown> => callTenant(address, "GET", `/ingest?${query.toString()}`);
    const page = pageSchema.parse(await withRetries(call, { isFirst: cursor === undefined }));
    for (const { jobId } of page.jobs) {
      jobs.push(jobSchema.parse(await withRetries(() => callTenant(address, "GET", `/ingest/${jobId}`))));
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return jobs;
}

/** One block per job: when it was sent, then each document and why it was not stored. Pure. */
export function formatDeadLetters(jobs: readonly FailedJob[], paint: Paint): string {
  if (jobs.length === 0) return paint("green", "no document is waiting to be tried again");
  return jobs
    .flatMap(({ jobId, createdAt, failed }) => [
      `${paint("red", `job ${jobId}`)} ${paint("dim", createdAt)}`,
      ...failed.map(({ docId, code, message }) => `  ${docId}: ${code}: ${message}`),
    ])
    .join("\n");
}
