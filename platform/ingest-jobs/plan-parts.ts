/** Text of a part, in UTF-8 bytes: what one attempt stores, and may have to store again. */
const MAX_PART_BYTES = 256 * 1024;
const MAX_PART_DOCUMENTS = 25;

/** The part of each document, in order: consecutive documents share one while they are small. Pure. */
export function planParts(documents: readonly { readonly bytes: number }[]): readonly number[] {
  let part = -1;
  let size = { bytes: Infinity, documents: 0 };
  return documents.map(({ bytes }) => {
    if (size.bytes + bytes > MAX_PART_BYTES || size.documents === MAX_PART_DOCUMENTS) {
      part++;
      size = { bytes: 0, documents: 0 };
    }
    size = { bytes: size.bytes + bytes, documents: size.documents + 1 };
    return part;
  });
}
