import * as z from "#base/zod";

import { type Account, accountPath, orAbsent, orExists } from "./account.js";

const bucketSchema = z.looseObject({ name: z.string() });
export type RemoteBucket = z.output<typeof bucketSchema>;

/** Code that says that the account has a bucket of that name (developers.cloudflare.com/r2/api/error-codes). */
const BUCKET_EXISTS = [10_004];

const buckets = (account: Account, ...rest: readonly string[]): string =>
  accountPath(account, "r2", "buckets", ...rest);

export function readBucket(account: Account, name: string): Promise<RemoteBucket | undefined> {
  return orAbsent(account.client.call("GET", buckets(account, name), bucketSchema));
}

export async function ensureBucket(account: Account, name: string): Promise<void> {
  await orExists(account.client.call("POST", buckets(account), z.unknown(), { name }), BUCKET_EXISTS);
}

/** @throws ApiFailure when it is not empty: what it holds is a person's to remove */
export async function deleteBucket(account: Account, name: string): Promise<void> {
  await orAbsent(account.client.call("DELETE", buckets(account, name), z.unknown()));
}
