import type { Passage } from "#rag/passage";
import type { Source } from "#rag/search-response";

/** Numbers passages from 1 in their order, in the form callers see. */
export function toSources(passages: readonly Passage[]): readonly Source[] {
  return passages.map(({ chunk, score }, index) => ({
    n: index + 1,
    docId: chunk.docId,
    chunkId: chunk.chunkId,
    version: chunk.version,
    ...(chunk.title === undefined ? {} : { title: chunk.title }),
    ...(chunk.url === undefined ? {} : { url: chunk.url }),
    ...(chunk.source === undefined ? {} : { source: chunk.source }),
    text: chunk.text,
    score,
    start: chunk.start,
    end: chunk.end,
    startByte: chunk.startByte,
    endByte: chunk.endByte,
    metadata: { ...chunk.metadata },
  }));
}
