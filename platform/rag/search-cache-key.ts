import { sha256Hex } from "#base/digest";
import type { RagSettings } from "#rag/rag-services";
import { isWanted } from "#rag/rerank-passages";
import { toDocumentFilter, type SearchRequest } from "#rag/search-request";
import type { DocumentFilter } from "#storage/document-filter";
import type { SearchCacheKey } from "#storage/search-cache";

/** Counted up when the form of a result or the way to it changes. */
const RESULT_REVISION = 1;

/** Everything that decides a result. The tenant is in the key already; the wording that a model gave the question is never. */
export interface SearchIdentity {
  readonly request: SearchRequest;
  readonly settings: RagSettings;
  /** Labels of the caller: who may see other documents gets another key. */
  readonly acl: ReadonlySet<string>;
  readonly corpusVersion: number;
}

/** Equal for two searches exactly when their results are interchangeable. */
export async function searchCacheKey({
  request,
  settings,
  acl,
  corpusVersion,
}: SearchIdentity): Promise<SearchCacheKey> {
  const { chunking: _, cache: __, ...decisive } = settings;
  const parts = [
    RESULT_REVISION,
    corpusVersion,
    [...acl].sort(),
    request.query.normalize("NFC").trim().replace(/\s+/g, " "),
    request.topK ?? settings.topK,
    request.mode,
    isWanted(settings.rerank, request.rerank),
    canonicalFilter(toDocumentFilter(request.filter)),
    Object.entries(decisive).sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
  return { digest: await sha256Hex(JSON.stringify(parts)) };
}

/** Conditions and their values in one order, whatever the caller's; types kept apart, `"1"` from `1`. */
function canonicalFilter({ docIds, sources, metadata }: DocumentFilter): unknown {
  const metadataEntries = [...(metadata ?? [])].map(([key, values]) => [key, sortedValues(values)]);
  return [sortedValues(docIds), sortedValues(sources), sortedValues(metadataEntries)];
}

function sortedValues(values: readonly unknown[] | undefined): readonly string[] | null {
  return values === undefined ? null : [...new Set(values.map((value) => JSON.stringify(value)))].sort();
}
