import type { PromptSource } from "#rag/build-prompt";
import type { CitableSource } from "#rag/check-citations";
import type { Passage } from "#rag/passage";
import { cleanSource, isHarmlessTopic } from "#rag/safety/clean-source";
import { maskPrivate, type PrivacyRules } from "#rag/safety/mask-private";
import type { Source } from "#rag/search-response";
import type { IndexedChunk } from "#storage/document-record";

/** A passage with a number, in the three forms its readers get: people (`source`), the model, the check of citations. */
export interface ReadSource {
  /** What callers see. `text` is as long as the chunk, private data painted over. */
  readonly source: Source;
  /** What a model may read: private data painted over, orders to the model taken out. */
  readonly forModel: string;
  /** Empty when it reads like an order to the model. */
  readonly titleForModel: string;
  /** Headings and title, if they may be repeated. */
  readonly topics: { readonly title?: string; readonly context: string };
  /** What may support a statement: as long as the chunk, with blanks where a sentence was kept from the model. */
  readonly citable: string;
  /** Whether any of it was kept from the model. */
  readonly isFlagged: boolean;
}

/** Numbers passages from 1 in their order and cleans them for whoever reads them. Pure. */
export function readSources(passages: readonly Passage[], rules: PrivacyRules): readonly ReadSource[] {
  return passages.map((passage, index) => {
    const { chunk } = passage;
    const { shown, citable, forModel, isFlagged } = cleanSource(chunk.text, rules);
    const about = `${chunk.title ?? ""}\n${chunk.context}`;
    const isHarmless = isHarmlessTopic(about);
    const title = chunk.title === undefined ? undefined : maskPrivate(chunk.title, rules);
    return {
      source: toSource(passage, index + 1, { ...chunk, text: shown }, rules),
      forModel,
      titleForModel: isHarmless ? (title ?? "") : "",
      topics: isHarmless
        ? { ...(title === undefined ? {} : { title }), context: maskPrivate(chunk.context, rules) }
        : { context: "" },
      citable,
      isFlagged: isFlagged || !isHarmless,
    };
  });
}

/** A source as a prompt takes it. */
export function toPromptSource({ source, titleForModel, forModel }: ReadSource): PromptSource {
  return { n: source.n, title: titleForModel, text: forModel };
}

/** A source as the check of citations takes it. */
export function toCitable({ source, citable, topics }: ReadSource): CitableSource {
  const { n, docId, chunkId, start, startByte } = source;
  return { n, docId, chunkId, start, startByte, ...topics, text: citable };
}

function toSource({ score }: Passage, n: number, chunk: IndexedChunk, rules: PrivacyRules): Source {
  return {
    n,
    docId: chunk.docId,
    chunkId: chunk.chunkId,
    version: chunk.version,
    ...(chunk.title === undefined ? {} : { title: maskPrivate(chunk.title, rules) }),
    ...(chunk.url === undefined ? {} : { url: chunk.url }),
    ...(chunk.source === undefined ? {} : { source: chunk.source }),
    text: chunk.text,
    score,
    start: chunk.start,
    end: chunk.end,
    startByte: chunk.startByte,
    endByte: chunk.endByte,
    metadata: maskValues(chunk.metadata, rules),
  };
}

function maskValues(metadata: IndexedChunk["metadata"], rules: PrivacyRules): Record<string, unknown> {
  const mask = (value: unknown): unknown => (typeof value === "string" ? maskPrivate(value, rules) : value);
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, Array.isArray(value) ? value.map(mask) : mask(value)]),
  );
}
