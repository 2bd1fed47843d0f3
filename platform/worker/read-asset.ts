import { PlatformError } from "#base/errors";

/** Static assets of a Worker are asked by URL; the host is of no meaning (developers.cloudflare.com/workers/static-assets/binding). */
const ANY_HOST = "https://assets.invalid";

/**
 * A file that was uploaded beside the Worker. 304 when `etag`, a list as in `If-None-Match`, has the file's.
 * @throws PlatformError `not_found`.
 */
export async function readAsset(assets: Fetcher, path: string, etag: string | null): Promise<Response> {
  const headers = etag === null ? {} : { "if-none-match": etag };
  const response = await assets.fetch(`${ANY_HOST}${path}`, { headers });
  if (response.ok || response.status === 304) return response;
  throw new PlatformError("not_found", "There is no such file.");
}
