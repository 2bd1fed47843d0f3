import { findPrivateData } from "#observability/find-private-data";

/**
 * What only looks private, with the word that stands in for it: a log is better off without it, so no check digit is asked.
 * Order matters: the longest first.
 */
const LOOKALIKES: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, "$1 [token]"],
  [/\b(sk|pk|ghp|gho|xox[abp]|AKIA)[-_]?[A-Za-z0-9_-]{16,}/g, "[secret]"],
  [/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/g, "[iban]"],
  [/\b(?:\d[ -]?){13,19}\b/g, "[card]"],
  [/(?<![\w.])\+?\d{1,3}[ .-]?\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w.])/g, "[phone]"],
];

/** Replaces keys, tokens, e-mail addresses, card, account and telephone numbers in a text that is about to be logged. */
export function redact(text: string): string {
  let known = "";
  let at = 0;
  for (const { kind, start, end } of findPrivateData(text)) {
    known += `${text.slice(at, start)}[${kind}]`;
    at = end;
  }
  return LOOKALIKES.reduce((result, [pattern, word]) => result.replace(pattern, word), known + text.slice(at));
}
