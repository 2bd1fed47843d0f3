import * as z from "#base/zod";

import { decodeEvents, type ServerSentEvent } from "#base/server-sent-events";
import { fetchByHost } from "#simulators/runtime/fetch-by-host";
import { CommandError } from "#tools/command/command-line";
import { networkReason } from "#tools/command/network-reason";

const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.optional(z.array(z.object({ field: z.string(), message: z.string() }))),
});
const envelopeSchema = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), data: z.unknown(), traceId: z.optional(z.string()) }),
  z.object({ ok: z.literal(false), error: errorSchema, traceId: z.optional(z.string()) }),
]);

/** How to reach a tenant's Worker. */
export interface TenantAddress {
  /** Without a trailing slash. */
  readonly url: string;
  readonly apiKey: string;
  /** Where the host name of `url` leads to instead of what DNS says, e.g. `http://127.0.0.1:8899`; over plain HTTP. */
  readonly connectTo?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Header by which a caller asks for one version of a deployment
 * (developers.cloudflare.com/workers/versions-and-deployments/version-overrides).
 */
export const VERSION_OVERRIDES_HEADER = "cloudflare-workers-version-overrides";

/** Sends a request to a path of the tenant's Worker, the way its address says. */
export function requestTenant(
  { url, connectTo, headers }: TenantAddress,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const request = new Request(`${url}${path}`, init);
  for (const [name, value] of Object.entries(headers ?? {})) request.headers.set(name, value);
  return connectTo === undefined ? fetch(request) : fetchByHost(new URL(connectTo), request);
}

/** An answer with an error envelope: what the Worker said, for a person. */
export class ApiError extends CommandError {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    traceId: string | undefined,
    /** Seconds to wait before the next try, if the Worker said so. */
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(message, {
      why: `${code} (HTTP ${status})${traceId === undefined ? "" : `, trace ${traceId}`}`,
      ...fixFor(status),
    });
  }
}

/** Nobody answers, or the connection broke off. */
export class NetworkError extends CommandError {}

/** Calls a native route and answers the envelope's `data`. @throws ApiError, or NetworkError when nobody answers. */
export async function callTenant(
  address: TenantAddress,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await send(address, method, path, body);
  return readEnvelope(response);
}

/** Calls a route that streams, and answers its events as they arrive. */
export async function* streamFromTenant(
  address: TenantAddress,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const response = await send(address, "POST", path, body, {
    accept: "text/event-stream",
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok || response.body === null) throw await errorOf(response);
  if (!isEventStream(response))
    throw new CommandError(`${path} answered ${contentType(response)} instead of a stream of events`);
  yield* decodeEvents(response.body);
}

interface SendOptions {
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

async function send(
  address: TenantAddress,
  method: string,
  path: string,
  body: unknown,
  { accept = "application/json", signal }: SendOptions = {},
): Promise<Response> {
  try {
    return await requestTenant(address, path, {
      method,
      headers: {
        accept,
        authorization: `Bearer ${address.apiKey}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new NetworkError(`nobody answers at ${address.url}`, {
      why: networkReason(error),
      fix: "check the address, and that the server runs",
    });
  }
}

async function readEnvelope(response: Response): Promise<unknown> {
  if (!response.ok) throw await errorOf(response);
  const envelope = parseEnvelope(await readText(response));
  if (envelope?.ok !== true)
    throw new CommandError(`HTTP ${response.status} without the platform's envelope: is this a tenant's Worker?`);
  return envelope.data;
}

async function errorOf(response: Response): Promise<CommandError> {
  const envelope = parseEnvelope(await readText(response));
  if (envelope === undefined || envelope.ok) {
    return new CommandError(`HTTP ${response.status} without the platform's envelope: is this a tenant's Worker?`);
  }
  const { code, message, details = [] } = envelope.error;
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const text = [message, ...details.map(({ field, message: rule }) => `  ${field}: ${rule}`)].join("\n");
  return new ApiError(
    response.status,
    code,
    text,
    envelope.traceId,
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

async function readText(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw new NetworkError("the connection broke off", { why: networkReason(error), fix: "try again" });
  }
}

function parseEnvelope(text: string): z.infer<typeof envelopeSchema> | undefined {
  try {
    const result = envelopeSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    // Not JSON: the caller says that it is no envelope.
    return undefined;
  }
}

function fixFor(status: number): { fix?: string } {
  if (status === 401) return { fix: "give a key of this tenant with --key" };
  if (status === 403) return { fix: "use a key that has the scope" };
  return {};
}

function isEventStream(response: Response): boolean {
  return contentType(response).startsWith("text/event-stream");
}

function contentType(response: Response): string {
  return response.headers.get("content-type") ?? "no content-type";
}
