import { MAX_KEPT_BYTES } from "#idempotency/claim";

/** A body on two ways. */
export interface KeptBody {
  /** For the client. Leaving it does not end the other way. */
  readonly sent: ReadableStream<Uint8Array>;
  /** All bytes, at the body's end; `undefined` when they were too many to be kept. Rejects when the body breaks off. */
  readonly kept: Promise<Uint8Array | undefined>;
}

/**
 * Reads a body to its end, as fast as it comes, and hands each chunk on at once. What the client has not read yet waits in
 * memory: whoever produces the body must come to its end, also for a client that is slow or gone.
 */
export function sendAndKeep(body: ReadableStream<Uint8Array>, maxBytes: number = MAX_KEPT_BYTES): KeptBody {
  let client: ReadableStreamDefaultController<Uint8Array> | undefined;
  const sent = new ReadableStream<Uint8Array>({
    start: (controller) => {
      client = controller;
    },
    cancel: () => {
      client = undefined;
    },
  });
  const readToEnd = async (): Promise<Uint8Array | undefined> => {
    let chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of body) {
      client?.enqueue(chunk);
      size += chunk.byteLength;
      if (size > maxBytes) chunks = [];
      else chunks.push(chunk);
    }
    client?.close();
    return size > maxBytes ? undefined : join(chunks, size);
  };
  const kept = readToEnd();
  kept.catch((error: unknown) => client?.error(error));
  return { sent, kept };
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
