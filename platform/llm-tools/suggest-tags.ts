/** Words that say nothing of a text's topic, in the languages that tenants use most. */
const STOP_WORDS = new Set(
  (
    "about above after again against also because been before being below between both could does doing down during each every from further have having here into itself just more most much must only other over same shall should some such than that their them then there these they this those through under until very were what when where which while will with within would your yours " +
    "aber alle auch beim dann dass denn diese dieser durch eine einen einer eines haben hier kann mehr nach nicht noch oder sein sich sind über unter werden wird wurde zwischen " +
    "avec cette comme dans elle elles leur mais même nous plus pour sans sont tout vous como desde donde entre esta este hasta para pero porque sobre también"
  ).split(" "),
);

const MIN_WORD = 4;

/** A tag as it is compared: lower case, words joined by "-", nothing else. */
export function normalizeTag(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}

/**
 * Tags without a model: those of the allowed ones that stand in the text, or else the words that it uses most.
 * For a chunk on which the model had nothing to say. Pure.
 */
export function suggestTags(
  text: string,
  { allowed, maxTags }: { readonly allowed: readonly string[] | undefined; readonly maxTags: number },
): readonly string[] {
  if (allowed !== undefined) {
    const words = `-${normalizeTag(text)}-`;
    return allowed.filter((tag) => words.includes(`-${normalizeTag(tag)}-`)).slice(0, maxTags);
  }
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/\p{L}[\p{L}\p{N}]*/gu))
    if (word.length >= MIN_WORD && !STOP_WORDS.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const byCount = [...counts].sort(([, a], [, b]) => b - a);
  return byCount.map(([word]) => word).slice(0, maxTags);
}
