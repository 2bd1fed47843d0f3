/** Whether who carries these labels may read a document. Pure. */
export function mayRead(document: { readonly acl: readonly string[] }, acl: ReadonlySet<string>): boolean {
  return document.acl.length === 0 || document.acl.some((label) => acl.has(label));
}

/**
 * The same as a condition of SQL.
 *
 * @param documentAcl a column with a document's labels, a JSON array
 * @param readerAcl a parameter with the reader's labels, a JSON array
 */
export function isReadable(documentAcl: string, readerAcl: string): string {
  return `(${documentAcl} = '[]' OR EXISTS (SELECT 1 FROM json_each(${documentAcl}) AS own
    WHERE own.value IN (SELECT value FROM json_each(${readerAcl}))))`;
}
