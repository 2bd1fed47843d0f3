import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";
import type { KeyValues, StoredKey } from "#tools/tenant/kv/key-values";

/** Where a namespace is reached by Cloudflare's REST API, and with what. */
export interface RestNamespace {
  /** `…/client/v4/accounts/<account>/storage/kv/namespaces/<namespace>`, without a trailing slash. */
  readonly url: string;
  /** Needs the permission "Workers KV Storage: Edit". Never shown. */
  readonly token: string;
}

/** No answer within this time counts as a failure, in milliseconds. */
const TIMEOUT_MS = 15_000;

const metadataSchema = z.record(z.string(), z.union([z.string(), z.number()]));
const keysSchema = z.object({
  result: z.array(z.object({ name: z.string(), metadata: z.catch(z.optional(metadataSchema), undefined) })),
  result_info: z.nullish(z.object({ cursor: z.optional(z.string()) })),
});
const bulkSchema = z.object({ result: z.nullish(z.object({ unsuccessful_keys: z.optional(z.array(z.string())) })) });
const errorSchema = z.object({
  errors: z.array(z.object({ code: z.number(), message: z.string() })).check(z.minLength(1)),
});

/**
 * A KV namespace by Cloudflare's REST API (developers.cloudflare.com/api/resources/kv). Another base address serves as well: the
 * development server speaks the same API.
 */
export function restKeyValues(namespace: RestNamespace): KeyValues {
  return {
    async get(key) {
      const response = await send(namespace, `/values/${encodeURIComponent(key)}`);
      if (response.status === 404 && (await isMissingKey(response))) return undefined;
      return (await demandOk(response)).text();
    },
    async put(key, value, metadata) {
      // The bulk form, for one: a form field of the other one would rewrite line breaks, and so the digest of a prompt.
      const body = JSON.stringify([{ key, value, ...(metadata === undefined ? {} : { metadata }) }]);
      const response = await demandOk(await send(namespace, "/bulk", { method: "PUT", body }));
      demandWritten(bulkSchema.parse(await response.json()));
    },
    async delete(key) {
      await demandOk(await send(namespace, `/values/${encodeURIComponent(key)}`, { method: "DELETE" }));
    },
    async list(prefix) {
      const found: StoredKey[] = [];
      for (let cursor = ""; ;) {
        const query = new URLSearchParams({ prefix, ...(cursor === "" ? {} : { cursor }) });
        const response = await demandOk(await send(namespace, `/keys?${query.toString()}`));
        const page = keysSchema.parse(await response.json());
        found.push(...page.result.map(({ name, metadata }) => ({ key: name, ...(metadata && { metadata }) })));
        cursor = page.result_info?.cursor ?? "";
        if (cursor === "") return found;
      }
    },
  };
}

async function send({ url, token }: RestNamespace, path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${token}`,
        ...(init.body === undefined ? {} : { "content-type": "application/json" }),
      },
      // A token follows nobody to another address.
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new CommandError(`cannot reach ${new URL(url).origin}`, {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: "check the network and CLOUDFLARE_API_BASE_URL, then run it again: every step can be repeated",
    });
  }
}

/** Code of Cloudflare's API for a key that is not there; a namespace that is not there has another one. */
const KEY_NOT_FOUND = 10_009;

async function isMissingKey(response: Response): Promise<boolean> {
  const parsed = errorSchema.safeParse(
    await response
      .clone()
      .json()
      .catch(() => undefined),
  );
  return parsed.success && parsed.data.errors.some(({ code }) => code === KEY_NOT_FOUND);
}

async function demandOk(response: Response): Promise<Response> {
  if (response.ok) return response;
  const parsed = errorSchema.safeParse(await response.json().catch(() => undefined));
  const [error] = parsed.success ? parsed.data.errors : [];
  throw new CommandError("the KV namespace did not answer as it should", {
    why: `HTTP ${response.status}${error === undefined ? "" : `: ${error.message.slice(0, 200)} (code ${error.code})`}`,
    fix: fixFor(response.status),
  });
}

function demandWritten({ result }: z.infer<typeof bulkSchema>): void {
  if ((result?.unsuccessful_keys ?? []).length === 0) return;
  throw new CommandError("the KV namespace did not take the value", { fix: "wait a second and run it again" });
}

function fixFor(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return 'use a token of this account with the permission "Workers KV Storage: Edit"';
    case 404:
      return "check accountId and kvNamespaceId of this environment in tenant.config.json";
    case 429:
      return "wait a minute and run it again: KV takes one write per key and second";
    default:
      return "run it again: every step can be repeated";
  }
}
