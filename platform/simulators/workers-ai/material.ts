import type { ChatMessage } from "./parse-messages.js";
import { contentStems, functionWords, splitWords } from "./split-words.js";
import { splitSentences } from "./split-sentences.js";

/** Sentences of a summary. */
const summarySentences = 3;
/** Words or names that a list is filled with. */
const maxListItems = 8;

/** The text that a conversation gives the model to work on: what stands between marks in the last user message, or all of it. */
export function materialOf(messages: readonly ChatMessage[]): string {
  const last = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const marked = /<(text|document|content|input)\b[^>]*>([\s\S]*?)<\/\1\s*>/i.exec(last)?.[2];
  return (marked ?? /"""([\s\S]*?)"""/.exec(last)?.[1] ?? last).trim();
}

/** The part of a text under a heading line, `### name`; the whole text when there is none. */
export function sectionOf(material: string, name: string): string {
  const lines = material.split("\n");
  const isHeading = (line: string): boolean => /^#{1,6}\s+\S/.test(line);
  const start = lines.findIndex((line) => isHeading(line) && line.replace(/^#+\s+/, "").trim() === name);
  if (start === -1) return material;
  const length = lines.slice(start + 1).findIndex(isHeading);
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join("\n");
}

/** The sentences whose words the whole text uses most, in the order of the text. */
export function summarize(material: string): string {
  const sentences = splitSentences(material).map((text, index) => ({ text, index, stems: contentStems(text) }));
  const frequency = new Map<string, number>();
  for (const stem of sentences.flatMap(({ stems }) => stems)) frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
  const weightOf = (stems: readonly string[]): number =>
    stems.reduce((sum, stem) => sum + (frequency.get(stem) ?? 0), 0) / Math.max(5, stems.length);
  return sentences
    .toSorted((a, b) => weightOf(b.stems) - weightOf(a.stems))
    .slice(0, summarySentences)
    .sort((a, b) => a.index - b.index)
    .map(({ text }) => text)
    .join(" ");
}

/** The words that a text uses most and that say something, as they stand there first. */
export function keywordsOf(material: string): string[] {
  const counts = new Map<string, number>();
  for (const word of splitWords(material))
    if (word.length > 2 && !functionWords.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([word]) => word)
    .slice(0, maxListItems);
}

/** Runs of capitalized words: what English text calls by name, and a few sentences' first words. */
export function namesIn(material: string): string[] {
  const runs = material.matchAll(/\p{Lu}[\p{L}\p{N}'’-]*(?: \p{Lu}[\p{L}\p{N}'’-]*)*/gu);
  const names = [...runs].map(([run]) => {
    const words = run.split(" ");
    const first = words.findIndex((word) => !functionWords.has(word.toLowerCase()));
    return first === -1 ? "" : words.slice(first).join(" ");
  });
  return [...new Set(names)].filter((name) => name !== "").slice(0, maxListItems);
}
