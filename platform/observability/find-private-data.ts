/** Credentials: whoever reads one can act with it. */
export type SecretKind = "api-key" | "token" | "secret" | "private-key";
/** What points to a person, or pays. */
export type PersonalKind = "email" | "iban" | "card" | "phone" | "ssn" | "ip";
export type PrivateKind = SecretKind | PersonalKind;

/** A stretch of a text that holds something private. */
export interface PrivateStretch {
  readonly kind: PrivateKind;
  /** UTF-16 code units, end exclusive. */
  readonly start: number;
  readonly end: number;
}

interface Rule {
  readonly kind: PrivateKind;
  readonly pattern: RegExp;
  /** Tells the real thing from what only looks like it. */
  readonly isReal?: (text: string) => boolean;
}

/** Order matters: the longest and surest first; later rules do not look into what an earlier one found. */
const SECRET_RULES: readonly (Rule & { readonly kind: SecretKind })[] = [
  {
    kind: "private-key",
    pattern: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,10000}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  },
  { kind: "api-key", pattern: /\bak_[a-z][a-z0-9-]*_[A-Za-z0-9_-]{8,}/g },
  { kind: "token", pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g },
  { kind: "token", pattern: /(?<=\b(?:bearer|basic)\s{1,3})[A-Za-z0-9._~+/=-]{16,}/gi },
  {
    kind: "secret",
    pattern:
      /\b(?:(?:sk|pk|rk)[-_](?:(?:live|test|proj|ant)[-_])?[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|glpat-[A-Za-z0-9_-]{16,}|npm_[A-Za-z0-9]{30,})/g,
  },
];

const PERSONAL_RULES: readonly (Rule & { readonly kind: PersonalKind })[] = [
  { kind: "email", pattern: /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,4}/gu },
  { kind: "iban", pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/gi, isReal: isIban },
  { kind: "card", pattern: /(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.]\d)/g, isReal: isCardNumber },
  { kind: "ssn", pattern: /(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g },
  { kind: "ip", pattern: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]\d)/g, isReal: isAddress },
  {
    kind: "phone",
    pattern: /(?<![\w.+/-])(?:\+|00|\(?0|\(?[1-9])[\d ()./-]{6,24}\d(?![\w/-]|\.\d)/g,
    isReal: isPhoneNumber,
  },
];

/** Credentials in a text, in its order. Pure, linear. */
export function findSecrets(text: string): readonly PrivateStretch[] {
  return find(text, SECRET_RULES);
}

/** Credentials and what points to a person, in the order of the text. Numbers count only if their check digits do. Pure, linear. */
export function findPrivateData(text: string): readonly PrivateStretch[] {
  return find(text, [...SECRET_RULES, ...PERSONAL_RULES]);
}

function find(text: string, rules: readonly Rule[]): readonly PrivateStretch[] {
  const found: PrivateStretch[] = [];
  for (const { kind, pattern, isReal } of rules) {
    for (const { index: start, 0: match } of text.matchAll(pattern)) {
      const end = start + match.length;
      const isTaken = found.some((other) => other.start < end && start < other.end);
      if (!isTaken && (isReal?.(match) ?? true)) found.push({ kind, start, end });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Luhn's check digit (ISO/IEC 7812-1). */
function isCardNumber(text: string): boolean {
  const digits = Array.from(text.replace(/\D/g, ""), Number).reverse();
  const sum = digits.reduce((total, digit, index) => {
    const value = index % 2 === 0 ? digit : digit * 2;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0 && new Set(digits).size > 1;
}

/** Remainder 1 of 97 (ISO 13616). */
function isIban(text: string): boolean {
  const plain = text.replaceAll(" ", "").toUpperCase();
  if (plain.length < 15 || plain.length > 34) return false;
  const rearranged = plain.slice(4) + plain.slice(0, 4);
  let remainder = 0;
  for (const character of rearranged) {
    for (const digit of Number.parseInt(character, 36).toString()) remainder = (remainder * 10 + Number(digit)) % 97;
  }
  return remainder === 1;
}

function isAddress(text: string): boolean {
  return text.split(".").every((part) => Number(part) <= 255);
}

/** Digits of a telephone number with its prefix (ITU-T E.164), at least those of a number dialled within a country. */
const MIN_PHONE_DIGITS = 9;
const MAX_PHONE_DIGITS = 15;

/** A prefix or a grouping that numbers of other kinds do not have. Dates, amounts and plain numbers are none. */
function isPhoneNumber(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  if (digits.length < MIN_PHONE_DIGITS || digits.length > MAX_PHONE_DIGITS) return false;
  if (/^\+|^00|^\(?0\d/.test(text)) return !/^0+[.]/.test(text);
  const isAmount = /^\d{1,3}(?:[ .]\d{3})+$/.test(text);
  const isDate = /\b(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}\b/.test(text);
  const isGrouped =
    /^\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}$/.test(text) || /^1[ .-]\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}$/.test(text);
  return isGrouped && !isAmount && !isDate;
}
