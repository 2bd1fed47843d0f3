import { STOP_WORDS } from "#storage/stop-words";
import type { TenantId } from "#tenancy/tenant-id";

/** Most words of a query that are searched, repetitions included; what is left over is ignored. */
export const MAX_QUERY_WORDS = 128;
/** Most times that one word counts. */
const MAX_WORD_COUNT = 4;
/** Longest word that is searched, in UTF-16 units; longer ones are cut. */
const MAX_WORD_LENGTH = 100;

const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{M}\p{Co}]*/gu;

/**
 * The words of a query, in lower case: each once, then those that are said again, again. A word is what FTS5's `unicode61`
 * tokenizer takes for one: letters, digits and the marks on them. Stop words go, unless nothing else is left.
 *
 * BM25 weighs a word by how often the query says it (Robertson, Zaragoza: The Probabilistic Relevance Framework, 2009,
 * section 3.4). FTS5 does so for a word that stands in the expression several times.
 */
export function queryWords(query: string): readonly string[] {
  const words = (query.toLowerCase().match(WORD) ?? []).map((word) => word.slice(0, MAX_WORD_LENGTH));
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  const counts = new Map<string, number>();
  const repeated: string[] = [];
  for (const word of telling.length > 0 ? telling : words) {
    const count = (counts.get(word) ?? 0) + 1;
    counts.set(word, count);
    if (count > 1 && count <= MAX_WORD_COUNT) repeated.push(word);
  }
  return [...counts.keys(), ...repeated].slice(0, MAX_QUERY_WORDS);
}

/**
 * The FTS5 expression that finds any of the query's words in the rows of the tenant that a reader with these labels may
 * see; `undefined` without a word.
 * No text of the query is ever syntax: each word is a quoted string, and a word holds no quote.
 */
export function matchExpression(tenantId: TenantId, query: string, acl: ReadonlySet<string>): string | undefined {
  const words = queryWords(query);
  if (words.length === 0) return undefined;
  const anyWord = words.map((word) => `"${word}"`).join(" OR ");
  const anyAccess = [everyonesToken(tenantId), ...Array.from(acl, (label) => labelToken(tenantId, label))]
    .map((token) => `"${token}"`)
    .join(" OR ");
  return `tenant : (${anyAccess}) AND {title context text} : (${anyWord})`;
}

/** What the column `tenant` of the index holds for a document: who may read it, of which tenant. */
export function accessTokens(tenantId: TenantId, labels: readonly string[]): string {
  if (labels.length === 0) return everyonesToken(tenantId);
  return labels.map((label) => labelToken(tenantId, label)).join(" ");
}

/**
 * A tenant, and a label of it, as exactly one token of the index: in hex, so that "acme" is no part of "acme-labs"; parts
 * are divided by letters that are no hex digits. It ends with a digit, so that the stemmer leaves it alone.
 */
function everyonesToken(tenantId: TenantId): string {
  return `t${hexOf(tenantId)}x0`;
}

function labelToken(tenantId: TenantId, label: string): string {
  return `t${hexOf(tenantId)}l${hexOf(label)}0`;
}

/** Of ASCII text. */
function hexOf(text: string): string {
  return Array.from(text, (unit) => unit.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}
