import type * as z from "#base/zod";

import { PlatformError, type ErrorDetail } from "#base/errors";
import { findHostileShape } from "#base/json-shape";

/** Remembers nothing between two texts that are decoded whole. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
/** Problems told of one request; more help nobody. */
const MAX_DETAILS = 20;

/**
 * Reads a JSON body of at most `maxBytes`, counting the bytes that arrive: `Content-Length` may be absent or wrong.
 * Demands UTF-8, as RFC 8259 section 8.1 does.
 *
 * @throws PlatformError `payload_too_large`, `unsupported_media_type`, `invalid_json` or, for a hostile shape, `invalid_request`.
 */
export async function readJsonBody(request: Request, maxBytes: number): Promise<unknown> {
  const type = request.headers.get("content-type");
  if (type !== null && !/^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new PlatformError("unsupported_media_type", 'Send JSON, with the header "content-type: application/json".');
  }
  const bytes = await readBytes(request, maxBytes);
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(bytes));
  } catch (error) {
    throw new PlatformError(
      "invalid_json",
      bytes.length === 0 ? "The body is empty: send a JSON object." : "The body is not JSON in UTF-8.",
      { cause: error },
    );
  }
  const hostile = findHostileShape(value);
  if (hostile !== undefined) throw new PlatformError("invalid_request", `The body ${hostile}.`);
  return value;
}

/**
 * Reads a body of at most `maxBytes`, and never more than that into memory.
 * @throws PlatformError `payload_too_large`.
 */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > maxBytes) throw tooLarge(maxBytes);
  // The runtime lets no more through than was announced (RFC 9112, section 6.2): such a body is read at once.
  if (announced !== null) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = request.body?.getReader();
  for (let chunk = await reader?.read(); chunk?.value !== undefined; chunk = await reader?.read()) {
    size += chunk.value.byteLength;
    if (size > maxBytes) {
      // Not cancelled: that would cut the connection before the client has read the answer. See middleware/drain-body.
      reader?.releaseLock();
      throw tooLarge(maxBytes);
    }
    chunks.push(chunk.value);
  }
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(maxBytes: number): PlatformError {
  return new PlatformError("payload_too_large", `The body may have at most ${maxBytes} bytes here.`);
}

/** Parses a value with its schema, or throws `invalid_request` that names every broken rule (up to 20) and its place. */
export function parseInput<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  place: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const details = result.error.issues.slice(0, MAX_DETAILS).map((issue) => describeIssue(issue, place));
  throw new PlatformError(
    "invalid_request",
    `${details[0]?.field ?? "The request"}: ${details[0]?.message ?? "not valid"}`,
    { details },
  );
}

function describeIssue(issue: z.core.$ZodIssue, place: string): ErrorDetail {
  const field = [place, ...issue.path.map(String)].filter((part) => part !== "").join(".");
  return { field: field === "" ? "body" : field, message: issue.message };
}
