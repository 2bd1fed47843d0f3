import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";

import * as z from "zod";

import { refusals } from "./api-error.js";

/** A request whose body has arrived whole. */
export interface ApiRequest {
  readonly method: string;
  /** Without `/client/v4`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** Address under which the client reached the API. */
  readonly origin: string;
}

const API_PREFIX = "/client/v4";

/** Largest body that is read: 100 MiB, more than any script may have. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

/** Reads a request to its end. @throws ApiError 413 */
export async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw refusals.invalidRequest("the request is too large");
    chunks.push(chunk);
  }
  const origin = `http://${incoming.headers.host ?? "127.0.0.1"}`;
  const url = new URL(incoming.url ?? "/", origin);
  return {
    method: incoming.method ?? "GET",
    path: url.pathname.startsWith(API_PREFIX) ? url.pathname.slice(API_PREFIX.length) : url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
    ),
    body: Buffer.concat(chunks),
    origin,
  };
}

/** The JSON body, checked. @throws ApiError 400 */
export function readJson<Schema extends z.ZodType>(request: ApiRequest, schema: Schema): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString("utf8"));
  } catch {
    throw refusals.invalidRequest("the request body is not JSON");
  }
  const result = schema.safeParse(value);
  if (!result.success) throw refusals.invalidRequest(z.prettifyError(result.error).replaceAll(/\s+/g, " "));
  return result.data;
}

/** A part of a multipart body: a file has a content type. */
export interface FormPart {
  readonly name: string;
  readonly contentType: string | undefined;
  readonly content: Buffer;
}

/** The parts of a `multipart/form-data` body, in their order. @throws ApiError 400 */
export async function readForm(request: ApiRequest): Promise<FormPart[]> {
  const contentType = request.headers["content-type"];
  if (contentType === undefined) throw refusals.invalidRequest("the request has no content type");
  try {
    const response = new Response(new Uint8Array(request.body), { headers: { "content-type": contentType } });
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- slow for strangers' uploads, right for one's own
    const form = await response.formData();
    const parts: FormPart[] = [];
    for (const [name, value] of form) {
      if (typeof value === "string") parts.push({ name, contentType: undefined, content: Buffer.from(value) });
      else parts.push({ name, contentType: value.type, content: Buffer.from(await value.arrayBuffer()) });
    }
    return parts;
  } catch {
    throw refusals.invalidRequest("the request body is no multipart form");
  }
}
