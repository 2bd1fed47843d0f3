import { MAX_KEPT_BYTES } from "#idempotency/claim";

/**
 * Reads a body to its end and returns its bytes, or `undefined` when they are too many to be kept: then the rest is read
 * and forgotten, because whoever produces it must come to its end.
 */
export async function readToKeep(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number = MAX_KEPT_BYTES,
): Promise<Uint8Array | undefined> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) chunks = [];
    else chunks.push(chunk);
  }
  return size > maxBytes ? undefined : join(chunks, size);
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
