import type { IndexedChunk } from "#storage/document-record";

/** Most suggestions of one answer. */
export const MAX_FOLLOW_UPS = 5;
const MAX_TOPIC_CHARACTERS = 80;

/**
 * Questions a reader could ask next: about the headings and titles of passages that the answer did not use. Pure; no model call.
 * In the order of the passages, without repetition, nothing that the question already names.
 */
export function suggestFollowUps(
  question: string,
  passages: readonly Pick<IndexedChunk, "chunkId" | "title" | "context">[],
  usedChunkIds: ReadonlySet<string>,
): readonly string[] {
  const asked = question.toLowerCase();
  const used = new Set(passages.filter(({ chunkId }) => usedChunkIds.has(chunkId)).map(topicOf));
  const topics = passages
    .filter(({ chunkId }) => !usedChunkIds.has(chunkId))
    .map(topicOf)
    .filter(
      (topic): topic is string => topic !== undefined && !used.has(topic) && !asked.includes(topic.toLowerCase()),
    );
  return [...new Set(topics)].slice(0, MAX_FOLLOW_UPS).map((topic) => `What do the documents say about "${topic}"?`);
}

/** The innermost heading, else the title. */
function topicOf({ title, context }: Pick<IndexedChunk, "title" | "context">): string | undefined {
  const heading = context.split(" > ").at(-1)?.trim() ?? "";
  const topic = (heading === "" ? (title ?? "") : heading).replace(/\s+/g, " ").replaceAll('"', "'").trim();
  return topic === "" || topic.length > MAX_TOPIC_CHARACTERS ? undefined : topic;
}
