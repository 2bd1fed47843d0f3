import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

import * as z from "#base/zod";

import { type Account, accountPath, orAbsent } from "./account.js";

const bindingSchema = z.looseObject({ name: z.string(), type: z.string() });
export type RemoteBinding = z.output<typeof bindingSchema>;

const settingsSchema = z.looseObject({
  bindings: z._default(z.array(bindingSchema), []),
  compatibility_date: z.nullish(z.string()),
  compatibility_flags: z.nullish(z.array(z.string())),
  placement: z.nullish(z.looseObject({})),
  limits: z.nullish(z.looseObject({})),
  observability: z.nullish(z.looseObject({})),
  logpush: z.nullish(z.boolean()),
  migration_tag: z.nullish(z.string()),
});
export type RemoteSettings = z.output<typeof settingsSchema>;

const shareSchema = z.object({ version_id: z.string(), percentage: z.number() });
export type TrafficShare = z.output<typeof shareSchema>;

const deploymentSchema = z.looseObject({
  id: z.string(),
  created_on: z.string(),
  source: z.optional(z.string()),
  author_email: z.optional(z.string()),
  annotations: z.nullish(z.record(z.string(), z.string())),
  versions: z.array(shareSchema),
});
export type RemoteDeployment = z.output<typeof deploymentSchema>;

const versionSchema = z.looseObject({
  id: z.string(),
  number: z.number(),
  metadata: z.looseObject({
    created_on: z.optional(z.string()),
    source: z.optional(z.string()),
    author_email: z.optional(z.string()),
  }),
  annotations: z.nullish(z.record(z.string(), z.string())),
});
export type RemoteVersion = z.output<typeof versionSchema>;

const domainSchema = z.looseObject({ id: z.string(), hostname: z.string(), service: z.string() });
export type RemoteDomain = z.output<typeof domainSchema>;

const subdomainSchema = z.looseObject({ enabled: z.boolean(), previews_enabled: z.nullish(z.boolean()) });
export type RemoteSubdomain = z.output<typeof subdomainSchema>;

const script = (account: Account, worker: string, ...rest: readonly string[]): string =>
  accountPath(account, "workers", "scripts", worker, ...rest);

/** Settings and bindings of what is live; absent when there is no such Worker. */
export function readSettings(account: Account, worker: string): Promise<RemoteSettings | undefined> {
  return orAbsent(account.client.call("GET", script(account, worker, "settings"), settingsSchema));
}

/** Deployments, newest first. */
export async function readDeployments(account: Account, worker: string): Promise<readonly RemoteDeployment[]> {
  const schema = z.object({ deployments: z.array(deploymentSchema) });
  const answer = await orAbsent(account.client.call("GET", script(account, worker, "deployments"), schema));
  return answer?.deployments ?? [];
}

/** Versions that can be deployed, newest first. */
export async function readVersions(account: Account, worker: string): Promise<readonly RemoteVersion[]> {
  const schema = z.object({ items: z.array(versionSchema) });
  const path = `${script(account, worker, "versions")}?deployable=true`;
  return (await orAbsent(account.client.call("GET", path, schema)))?.items ?? [];
}

/** Divides the traffic of a Worker. Doing it twice is as good as once. */
export async function divideTraffic(
  account: Account,
  worker: string,
  versions: readonly TrafficShare[],
  message: string,
): Promise<void> {
  const body = { strategy: "percentage", versions, annotations: { "workers/message": message.slice(0, 100) } };
  await account.client.call("POST", script(account, worker, "deployments"), z.unknown(), body);
}

export async function readCrons(account: Account, worker: string): Promise<readonly string[]> {
  const schema = z.object({ schedules: z.array(z.looseObject({ cron: z.string() })) });
  const answer = await orAbsent(account.client.call("GET", script(account, worker, "schedules"), schema));
  return (answer?.schedules ?? []).map(({ cron }) => cron);
}

export function readSubdomain(account: Account, worker: string): Promise<RemoteSubdomain | undefined> {
  return orAbsent(account.client.call("GET", script(account, worker, "subdomain"), subdomainSchema));
}

/** The account's name below workers.dev. */
export async function readAccountSubdomain(account: Account): Promise<string | undefined> {
  const schema = z.looseObject({ subdomain: z.string() });
  return (await orAbsent(account.client.call("GET", accountPath(account, "workers", "subdomain"), schema)))?.subdomain;
}

/** Custom domains of the whole account: the owner of each hostname is among them. */
export async function readDomains(account: Account): Promise<readonly RemoteDomain[]> {
  return account.client.call("GET", accountPath(account, "workers", "domains"), z.array(domainSchema));
}

/** Changes what is the same for all versions: observability, logpush. */
export async function writeScriptSettings(
  account: Account,
  worker: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await account.client.call("PATCH", script(account, worker, "script-settings"), z.unknown(), settings);
}

/** SHA-256 of the main module that is live, hexadecimal. */
export async function readMainModuleDigest(account: Account, worker: string): Promise<string | undefined> {
  const response = await orAbsent(account.client.send("GET", script(account, worker, "content/v2")));
  if (response === undefined) return undefined;
  const main = response.headers.get("cf-entrypoint");
  const contentType = response.headers.get("content-type") ?? "";
  const bytes = Buffer.from(await response.arrayBuffer());
  const content = contentType.startsWith("multipart/") ? partOf(bytes, contentType, main) : bytes;
  return content === undefined ? undefined : createHash("sha256").update(content).digest("hex");
}

export async function deleteWorker(account: Account, worker: string): Promise<void> {
  await orAbsent(account.client.call("DELETE", `${script(account, worker)}?force=true`, z.unknown()));
}

/** Whether a workflow was made by a deploy. */
export async function hasWorkflow(account: Account, name: string): Promise<boolean> {
  return (
    (await orAbsent(account.client.call("GET", accountPath(account, "workflows", name), z.unknown()))) !== undefined
  );
}

export async function deleteWorkflow(account: Account, name: string): Promise<void> {
  await orAbsent(account.client.call("DELETE", accountPath(account, "workflows", name), z.unknown()));
}

/** The part of a multipart body that has a name; without one, the first. */
function partOf(body: Buffer, contentType: string, name: string | null): Buffer | undefined {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const separator = Buffer.from(`--${boundary}`);
  for (let start = body.indexOf(separator); start >= 0;) {
    const headStart = start + separator.length;
    const next = body.indexOf(separator, headStart);
    const headEnd = body.indexOf("\r\n\r\n", headStart);
    if (next < 0 || headEnd < 0 || headEnd > next) return undefined;
    const head = body.subarray(headStart, headEnd).toString("latin1");
    if (name === null || head.includes(`name="${name}"`)) return body.subarray(headEnd + 4, next - 2);
    start = next;
  }
  return undefined;
}
