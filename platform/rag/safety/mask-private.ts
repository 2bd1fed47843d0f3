import { findPrivateData, findSecrets } from "#observability/find-private-data";

/** What is hidden: credentials always, what points to people where the tenant wants it. */
export interface PrivacyRules {
  readonly redactPii: boolean;
}

/** Stands for one character, so that offsets into a text stay what they are. */
const MASK = "█";

/** The text with everything private painted over, as long as before. Pure. */
export function maskPrivate(text: string, rules: PrivacyRules): string {
  return replacePrivate(text, rules, ({ start, end }) => MASK.repeat(end - start));
}

/** The text with a word such as `[email]` in the place of everything private: for texts that no offset points into. Pure. */
export function namePrivate(text: string, rules: PrivacyRules): string {
  return replacePrivate(text, rules, ({ kind }) => `[${kind}]`);
}

function replacePrivate(
  text: string,
  { redactPii }: PrivacyRules,
  replacement: (stretch: ReturnType<typeof findSecrets>[number]) => string,
): string {
  let result = "";
  let at = 0;
  for (const stretch of redactPii ? findPrivateData(text) : findSecrets(text)) {
    result += text.slice(at, stretch.start) + replacement(stretch);
    at = stretch.end;
  }
  return result + text.slice(at);
}
