import { splitSentences, type TextRange } from "#rag/split-sentences";
import { decodeRuns } from "#rag/safety/decode-runs";
import {
  LETTERS_PATTERNS,
  PLAIN_PATTERNS,
  WRITTEN_PATTERNS,
  type InjectionKind,
  type InjectionPattern,
} from "#rag/safety/injection-patterns";
import { lettersOnly, plainView } from "#rag/safety/plain-view";

/** A sentence that looks like instructions to the model. */
export interface InjectionFinding {
  readonly kind: InjectionKind;
  /** The whole sentence, in the text that was looked at. */
  readonly range: TextRange;
}

/** Who wrote the text: a person who asks is given more room than a document. */
export type TextOrigin = "document" | "question";

/**
 * Finds sentences that address the model rather than a reader, also disguised ones: lookalike letters, invisible characters,
 * spacing, numbers for characters, base64, hexadecimal. Pure, linear.
 * A net with known holes: it lowers the odds; what holds is that text never decides scopes, tools, tenants or labels.
 */
export function findInjections(text: string, origin: TextOrigin = "document"): readonly InjectionFinding[] {
  const sentences = splitSentences(text);
  const findings = new Map<number, InjectionFinding>();
  for (const { kind, start, end } of findMatches(text, origin, MAX_NESTED)) {
    for (const range of sentences) {
      if (range.start < end && start < range.end && !findings.has(range.start))
        findings.set(range.start, { kind, range });
    }
  }
  return [...findings.values()].sort((a, b) => a.range.start - b.range.start);
}

/** Encodings within encodings that are opened. */
const MAX_NESTED = 2;

interface Match {
  readonly kind: InjectionKind;
  readonly start: number;
  readonly end: number;
}

function* findMatches(text: string, origin: TextOrigin, nested: number): Generator<Match> {
  const written = { text, originalOffset: (offset: number): number => offset };
  const plain = plainView(text);
  for (const [view, patterns] of [
    [written, WRITTEN_PATTERNS],
    [plain, PLAIN_PATTERNS],
    [lettersOnly(plain), LETTERS_PATTERNS],
  ] as const) {
    for (const { kind, pattern } of patterns.filter((one) => isMeant(one, origin))) {
      for (const { index, 0: match } of view.text.matchAll(pattern))
        yield { kind, start: view.originalOffset(index), end: view.originalOffset(index + match.length) };
    }
  }
  if (nested === 0) return;
  for (const { start, end, text: decoded } of decodeRuns(text)) {
    if (!findMatches(decoded, origin, nested - 1).next().done) yield { kind: "encoded", start, end };
  }
}

function isMeant({ isTellingInQuestion }: InjectionPattern, origin: TextOrigin): boolean {
  return origin === "document" || isTellingInQuestion;
}
