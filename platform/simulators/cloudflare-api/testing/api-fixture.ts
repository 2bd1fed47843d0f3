import { type CloudflareApi, type CloudflareApiOptions, startCloudflareApi } from "../start-cloudflare-api.js";

export const ACCOUNT = "0123456789abcdef0123456789abcdef";
export const OTHER_ACCOUNT = "fedcba9876543210fedcba9876543210";
export const TOKEN = "token-of-the-account";

/** Starts the API with one token for {@link ACCOUNT}. */
export function startApi(options: Partial<CloudflareApiOptions> = {}): Promise<CloudflareApi> {
  const token = { token: TOKEN, accounts: [ACCOUNT], email: "ops@example.com", permissions: "all" as const };
  return startCloudflareApi({ tokens: [token], ...options });
}

/** An answer of the API, its envelope read. */
export interface Envelope {
  readonly status: number;
  readonly headers: Headers;
  readonly success: boolean;
  readonly errors: readonly { readonly code: number; readonly message: string }[];
  readonly result: unknown;
  readonly result_info?: Readonly<Record<string, unknown>>;
}

/** Calls the API; `path` is below the account. */
export async function call(
  api: CloudflareApi,
  method: string,
  path: string,
  body?: unknown,
  token: string | null = TOKEN,
): Promise<Envelope> {
  const form = body instanceof FormData || typeof body === "string" ? body : undefined;
  const target = path.startsWith("/user") || path === "/graphql" ? path : `/accounts/${ACCOUNT}${path}`;
  const response = await fetch(`${api.apiUrl}${target}`, {
    method,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: form ?? JSON.stringify(body) }),
    signal: AbortSignal.timeout(5_000),
  });
  const envelope = (await response.json()) as Omit<Envelope, "status" | "headers">;
  return { ...envelope, status: response.status, headers: response.headers };
}

/** The value at a path such as `deployments.0.id` of something that came as JSON. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}

/** {@link at} for each entry of a list. */
export function each(list: unknown, path: string): unknown[] {
  return (list as unknown[]).map((entry) => at(entry, path));
}

/** A Worker of one module that answers with `text`, keeps a count in a Durable Object, and uses its bindings. */
export function workerSource(text: string): string {
  return `
import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  async add() {
    const count = ((await this.ctx.storage.get("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return count;
  }
}
export default {
  async fetch(request, env) {
    const { pathname, origin } = new URL(request.url);
    if (pathname === "/fail") return new Response("no", { status: 500 });
    if (pathname === "/kv") {
      await env.KV?.put("from worker", "w", { metadata: { by: "worker" } });
      return Response.json([await env.KV.getWithMetadata("from api"), await env.KV.list()]);
    }
    if (pathname === "/db") {
      await env.DB.batch([env.DB.prepare("INSERT INTO t VALUES (?1, ?2)").bind(2, "worker")]);
      return Response.json((await env.DB.prepare("SELECT * FROM t ORDER BY a").all()).results);
    }
    if (pathname === "/stream") {
      const lines = ["a", "b"].map((line) => new TextEncoder().encode(line));
      return new Response(new ReadableStream({ pull(c) { lines.length ? c.enqueue(lines.shift()) : c.close(); } }));
    }
    const count = await env.COUNTER?.get(env.COUNTER.idFromName("one")).add();
    return Response.json({ text: ${JSON.stringify(text)}, origin, count, vars: env.GREETING, secret: env.SECRET });
  },
};`;
}

/** An upload as wrangler makes it. */
export function uploadForm(source: string, metadata: Readonly<Record<string, unknown>> = {}): FormData {
  const form = new FormData();
  const full = { main_module: "worker.js", compatibility_date: "2026-10-01", ...metadata };
  form.set("metadata", JSON.stringify(full));
  form.set("worker.js", new File([source], "worker.js", { type: "application/javascript+module" }));
  return form;
}

/** The Durable Object of {@link workerSource}, as an upload with its first migration declares it. */
export const COUNTER_UPLOAD = {
  bindings: [
    { type: "durable_object_namespace", name: "COUNTER", class_name: "Counter" },
    { type: "plain_text", name: "GREETING", text: "hello" },
  ],
  migrations: { new_tag: "v1", steps: [{ new_sqlite_classes: ["Counter"] }] },
};
