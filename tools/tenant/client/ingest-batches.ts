/** Above this much text in a call the API makes a job of it; below, the call itself does the work. */
const MAX_BATCH_BYTES = 128 * 1024;
const MAX_BATCH_DOCUMENTS = 20;

/**
 * Groups documents into calls, in their order: small enough that each ends soon and progress shows.
 * A document larger than a batch gets a call of its own.
 */
export function ingestBatches<T extends { readonly bytes: number }>(documents: readonly T[]): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const document of documents) {
    const last = batches.at(-1);
    if (last !== undefined && last.length < MAX_BATCH_DOCUMENTS && bytes + document.bytes <= MAX_BATCH_BYTES) {
      last.push(document);
      bytes += document.bytes;
    } else {
      batches.push([document]);
      bytes = document.bytes;
    }
  }
  return batches;
}
