import type { DocumentMetadata, MetadataValue } from "#storage/document-record";

/** One value, or any of several. */
export type FilterValue = string | number | boolean;

/**
 * Which documents a search may look at. All conditions must hold; within one, any of its values.
 * An empty list of conditions lets everything through.
 */
export interface DocumentFilter {
  readonly docIds?: readonly string[];
  readonly sources?: readonly string[];
  readonly metadata?: ReadonlyMap<string, readonly FilterValue[]>;
}

/** What a filter looks at. */
export interface FilterableDocument {
  readonly docId: string;
  readonly source?: string;
  readonly metadata: DocumentMetadata;
}

/** Whether a document passes. Compares by type and value: `"1"` is not `1`. Pure. */
export function matchesFilter(document: FilterableDocument, filter: DocumentFilter): boolean {
  if (filter.docIds !== undefined && !filter.docIds.includes(document.docId)) return false;
  if (filter.sources !== undefined && (document.source === undefined || !filter.sources.includes(document.source)))
    return false;
  for (const [key, wanted] of filter.metadata ?? []) {
    if (!Object.hasOwn(document.metadata, key)) return false;
    if (!holdsAny(document.metadata[key], wanted)) return false;
  }
  return true;
}

function holdsAny(value: MetadataValue | undefined, wanted: readonly FilterValue[]): boolean {
  const held: readonly (FilterValue | undefined)[] = Array.isArray(value) ? value : [value];
  return held.some((one) => one !== undefined && wanted.includes(one));
}
