/** The credential of a request, as sent: `Authorization: Bearer <…>`, else `x-api-key`. `undefined` when there is none. */
export function readCredential(headers: Headers): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer ?? headers.get("x-api-key")?.trim() ?? undefined;
}
