import type { TextRange } from "#rag/split-sentences";
import { findInjections } from "#rag/safety/find-injections";
import { maskPrivate, type PrivacyRules } from "#rag/safety/mask-private";
import { findSelfHarm } from "#rag/safety/self-harm";

/** A text of a document as its readers may see it. All but `forModel` are as long as it is, so that offsets hold. */
export interface CleanText {
  /** For people: with private data painted over. */
  readonly shown: string;
  /** What may support a statement: the same, with blanks where a sentence is kept from the model. */
  readonly citable: string;
  /** For a model: a remark where a sentence was. */
  readonly forModel: string;
  /** Whether a sentence is kept from the model. */
  readonly isFlagged: boolean;
}

/** What the model reads in the place of a sentence. */
export const REMOVED_SENTENCE = "(a sentence was removed here)";

/** Takes out of a retrieved text what neither models nor people should get from it. Pure. */
export function cleanSource(text: string, rules: PrivacyRules): CleanText {
  const shown = maskPrivate(text, rules);
  const removed = merge([...findInjections(text).map(({ range }) => range), ...findSelfHarm(text)]);
  if (removed.length === 0) return { shown, citable: shown, forModel: shown, isFlagged: false };
  return {
    shown,
    citable: replaceRanges(shown, removed, (range) => " ".repeat(range.end - range.start)),
    forModel: replaceRanges(shown, removed, () => REMOVED_SENTENCE),
    isFlagged: true,
  };
}

/** Whether a title or heading may be repeated, by a model or to a person as a suggestion. Pure. */
export function isHarmlessTopic(text: string): boolean {
  return findInjections(text).length === 0 && findSelfHarm(text).length === 0;
}

/** In order, overlapping ones joined. */
function merge(ranges: readonly TextRange[]): readonly TextRange[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

function replaceRanges(text: string, ranges: readonly TextRange[], replacement: (range: TextRange) => string): string {
  let result = "";
  let at = 0;
  for (const range of ranges) {
    result += text.slice(at, range.start) + replacement(range);
    at = range.end;
  }
  return result + text.slice(at);
}
