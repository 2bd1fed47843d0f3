import type { Passage } from "#rag/passage";

/** Share of the shorter chunk that two chunks of one document have in common, from which the worse one says nothing new. */
const MAX_SHARED = 0.8;

type Placed = Pick<Passage["chunk"], "docId" | "version" | "text" | "start" | "end">;

/**
 * Leaves out passages that repeat a better one: the same words whatever their case and spacing, in any document, or
 * mostly the same stretch of the same document. The order stays. Pure.
 */
export function dropDuplicates<Item extends { readonly chunk: Placed }>(passages: readonly Item[]): readonly Item[] {
  const seenTexts = new Set<string>();
  const kept: Item[] = [];
  for (const passage of passages) {
    const text = passage.chunk.text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
    if (seenTexts.has(text) || kept.some(({ chunk }) => isSameStretch(chunk, passage.chunk))) continue;
    seenTexts.add(text);
    kept.push(passage);
  }
  return kept;
}

function isSameStretch(a: Placed, b: Placed): boolean {
  if (a.docId !== b.docId || a.version !== b.version) return false;
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return shared > MAX_SHARED * Math.min(a.end - a.start, b.end - b.start);
}
