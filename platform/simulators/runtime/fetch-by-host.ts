import { request as sendHttp, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * Sends a request to `url` as if the name in the request's own address led there. Node's `fetch` cannot do that: it
 * writes the Host header itself. The body of the answer streams, and the request's signal ends it.
 */
export async function fetchByHost(url: URL, request: Request): Promise<Response> {
  const target = new URL(request.url);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = sendHttp({
    hostname: url.hostname,
    port: url.port,
    path: target.pathname + target.search,
    method: request.method,
    headers: { ...Object.fromEntries(request.headers), host: target.host },
    signal: request.signal,
  });
  outgoing.once("response", resolve).once("error", reject);
  if (request.body === null) outgoing.end();
  else pipeline(Readable.fromWeb(request.body as never), outgoing).catch(reject);
  return asResponse(await promise);
}

/** Statuses whose Response may not have a body (Fetch standard, "null body status"). */
const bodilessStatuses = new Set([101, 103, 204, 205, 304]);

function asResponse(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 500;
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  if (bodilessStatuses.has(status)) incoming.resume();
  const body = bodilessStatuses.has(status) ? null : (Readable.toWeb(incoming) as never);
  return new Response(body, { status, statusText: incoming.statusMessage ?? "", headers });
}
