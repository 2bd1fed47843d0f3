import { STOP_WORDS } from "#storage/stop-words";
import type { TenantId } from "#tenancy/tenant-id";

/** Most distinct words of a query that are searched; later ones are ignored. */
export const MAX_QUERY_WORDS = 128;
/** Longest word that is searched, in UTF-16 units; longer ones are cut. */
const MAX_WORD_LENGTH = 100;

const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{M}\p{Co}]*/gu;

/**
 * The words of a query, in lower case and without repetition. A word is what FTS5's `unicode61` tokenizer takes for one:
 * letters, digits and the marks on them. Stop words go, unless nothing else is left.
 */
export function queryWords(query: string): readonly string[] {
  const words = [...new Set(query.toLowerCase().match(WORD) ?? [])].map((word) => word.slice(0, MAX_WORD_LENGTH));
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  return (telling.length > 0 ? telling : words).slice(0, MAX_QUERY_WORDS);
}

/**
 * The FTS5 expression that finds any of the query's words in the tenant's rows; `undefined` without a word.
 * No text of the query is ever syntax: each word is a quoted string, and a word holds no quote.
 */
export function matchExpression(tenantId: TenantId, query: string): string | undefined {
  const words = queryWords(query);
  if (words.length === 0) return undefined;
  const anyWord = words.map((word) => `"${word}"`).join(" OR ");
  return `tenant : "${tenantToken(tenantId)}" AND {title context text} : (${anyWord})`;
}

/**
 * A tenant's id as exactly one token of the index: hex, so that "acme" is no part of "acme-labs";
 * it ends with a digit, so that the stemmer leaves it alone.
 */
export function tenantToken(tenantId: TenantId): string {
  const digits = Array.from(tenantId, (unit) => unit.charCodeAt(0).toString(16).padStart(2, "0"));
  return `t${digits.join("")}0`;
}
