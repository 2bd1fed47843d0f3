import * as z from "#base/zod";

import type { Account } from "./account.js";
import { ApiFailure } from "./api-client.js";

/** What a version has answered. */
export interface InvocationCount {
  readonly requests: number;
  /** As Cloudflare counts them: uncaught exceptions and exceeded limits. */
  readonly errors: number;
}

const QUERY = `query ($accountTag: string!, $scriptName: string!, $since: Time!) {
  viewer {
    accounts(filter: { accountTag: $accountTag }) {
      workersInvocationsAdaptive(limit: 100, filter: { scriptName: $scriptName, datetime_geq: $since }) {
        dimensions { scriptVersion }
        sum { requests errors }
      }
    }
  }
}`;

const groupSchema = z.object({
  dimensions: z.object({ scriptVersion: z.string() }),
  sum: z.object({ requests: z.number(), errors: z.number() }),
});
const answerSchema = z.object({
  data: z.object({
    viewer: z.object({ accounts: z.array(z.object({ workersInvocationsAdaptive: z.array(groupSchema) })) }),
  }),
});
const errorSchema = z.object({ errors: z.array(z.looseObject({ message: z.string() })).check(z.minLength(1)) });

/** Requests and errors of a Worker by version, from GraphQL analytics, which lag a minute or two. @throws ApiFailure */
export async function countInvocations(
  { id, client }: Account,
  worker: string,
  since: Date,
): Promise<ReadonlyMap<string, InvocationCount>> {
  const variables = { accountTag: id, scriptName: worker, since: since.toISOString() };
  const response = await client.send("POST", "/graphql", { query: QUERY, variables });
  const body: unknown = await response.json().catch(() => undefined);
  const failed = errorSchema.safeParse(body);
  if (failed.success)
    throw new ApiFailure("POST /graphql", 403, undefined, failed.data.errors[0]?.message ?? "refused");
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) throw new ApiFailure("POST /graphql", 200, undefined, "unexpected answer");
  const counts = new Map<string, InvocationCount>();
  for (const { workersInvocationsAdaptive: groups } of parsed.data.data.viewer.accounts) {
    for (const { dimensions, sum } of groups) counts.set(dimensions.scriptVersion, sum);
  }
  return counts;
}
