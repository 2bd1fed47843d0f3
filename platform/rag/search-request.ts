import * as z from "#base/zod";

import { MAX_METADATA_VALUE_CHARACTERS } from "#storage/document-record";
import type { DocumentFilter, FilterValue } from "#storage/document-filter";

/** Longest query, in characters. */
export const MAX_QUERY_CHARACTERS = 2_000;
/** Most passages of one search. */
export const MAX_TOP_K = 100;
/** Most conditions on metadata, and most values of one condition. */
export const MAX_FILTER_CONDITIONS = 16;
export const MAX_FILTER_VALUES = 50;

const filterValueSchema = z.union([
  z.string().check(z.maxLength(MAX_METADATA_VALUE_CHARACTERS)),
  z.number(),
  z.boolean(),
]);
const filterValuesSchema = z.union([
  filterValueSchema,
  z.array(filterValueSchema).check(z.minLength(1), z.maxLength(MAX_FILTER_VALUES)),
]);
const textsSchema = z.union([
  z.string().check(z.maxLength(500)),
  z.array(z.string().check(z.maxLength(500))).check(z.minLength(1), z.maxLength(MAX_FILTER_VALUES)),
]);

const METADATA_PREFIX = "metadata.";

/**
 * Which documents to search: `{source, docId, metadata: {lang: "en"}}`, or the same with dotted keys, `{"metadata.lang": "en"}`.
 * All conditions must hold; a list means any of its values.
 */
export const searchFilterSchema = z
  .catchall(
    z.object({
      source: z.optional(textsSchema),
      docId: z.optional(textsSchema),
      metadata: z.optional(z.record(z.string().check(z.maxLength(64)), filterValuesSchema)),
    }),
    filterValuesSchema,
  )
  .check(
    z.superRefine((filter, context) => {
      for (const key of Object.keys(filter)) {
        if (!FILTER_FIELDS.has(key) && !(key.startsWith(METADATA_PREFIX) && key.length > METADATA_PREFIX.length)) {
          context.addIssue({
            code: "custom",
            path: [key],
            message: "unknown field: filter on source, docId and metadata.*",
          });
        }
      }
      if (metadataConditions(filter).size > MAX_FILTER_CONDITIONS) {
        context.addIssue({
          code: "custom",
          path: ["metadata"],
          message: `use at most ${MAX_FILTER_CONDITIONS} conditions on metadata`,
        });
      }
    }),
  );

const FILTER_FIELDS: ReadonlySet<string> = new Set(["source", "docId", "metadata"]);

/** Body of `POST /search`. */
export const searchRequestSchema = z.strictObject({
  query: z.string().check(
    z.maxLength(MAX_QUERY_CHARACTERS),
    z.refine((query) => query.trim() !== "", { error: "must hold some text" }),
  ),
  /** Passages to return; default: the tenant's. */
  topK: z.optional(z.int().check(z.gte(1), z.lte(MAX_TOP_K))),
  filter: z.optional(searchFilterSchema),
  /** `retrieve` returns passages only and calls no chat model. */
  mode: z._default(z.enum(["answer", "retrieve"]), "answer"),
  /** Put the passages into the order of the tenant's reranker; default: as the tenant's config has it. */
  rerank: z.optional(z.boolean()),
  stream: z._default(z.boolean(), false),
});

export type SearchFilter = z.output<typeof searchFilterSchema>;
export type SearchRequest = z.output<typeof searchRequestSchema>;

/** Puts both spellings of a filter into the form that storage takes. */
export function toDocumentFilter(filter: SearchFilter | undefined): DocumentFilter {
  if (filter === undefined) return {};
  const metadata = metadataConditions(filter);
  return {
    ...(filter.docId === undefined ? {} : { docIds: listOf(filter.docId) }),
    ...(filter.source === undefined ? {} : { sources: listOf(filter.source) }),
    ...(metadata.size === 0 ? {} : { metadata }),
  };
}

function metadataConditions(filter: SearchFilter): Map<string, readonly FilterValue[]> {
  const nested = Object.entries(filter.metadata ?? {});
  const dotted = Object.entries(filter).flatMap(([key, value]): [string, FilterValue | FilterValue[]][] =>
    key.startsWith(METADATA_PREFIX) && value !== undefined && !isRecord(value)
      ? [[key.slice(METADATA_PREFIX.length), value]]
      : [],
  );
  return new Map([...nested, ...dotted].map(([key, value]) => [key, listOf(value)]));
}

function isRecord(
  value: FilterValue | readonly FilterValue[] | NonNullable<SearchFilter["metadata"]>,
): value is NonNullable<SearchFilter["metadata"]> {
  return typeof value === "object" && !Array.isArray(value);
}

function listOf<T extends FilterValue>(value: T | readonly T[]): readonly T[] {
  return typeof value === "object" ? value : [value];
}
