/** What must never be read in a log, with the word that stands in for it. Order matters: the longest secrets first. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\bak_[a-z][a-z0-9-]*_[A-Za-z0-9_-]{8,}/g, "[api-key]"],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, "[token]"],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, "$1 [token]"],
  [/\b(sk|pk|ghp|gho|xox[abp]|AKIA)[-_]?[A-Za-z0-9_-]{16,}/g, "[secret]"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[private-key]"],
  [/[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}/g, "[email]"],
  [/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/g, "[iban]"],
  [/\b(?:\d[ -]?){13,19}\b/g, "[card]"],
  [/(?<![\w.])\+?\d{1,3}[ .-]?\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w.])/g, "[phone]"],
];

/** Replaces keys, tokens, e-mail addresses, card, account and telephone numbers in a text that is about to be logged. */
export function redact(text: string): string {
  return PATTERNS.reduce((result, [pattern, word]) => result.replace(pattern, word), text);
}
