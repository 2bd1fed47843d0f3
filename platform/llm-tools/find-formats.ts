/** An entity and where it stands, in UTF-16 code units, end exclusive. */
export interface FoundEntity {
  readonly text: string;
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const MONTHS =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";

/** Things that have a grammar and need no model. Each pattern is linear: no part of it can match in two ways. */
const FORMATS: ReadonlyMap<string, RegExp> = new Map([
  ["email", /(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}(?<![-.])/gi],
  ["url", /\bhttps?:\/\/[^\s<>"'`{}|\\^]{1,2000}(?<![.,;:!?)\]])/gi],
  [
    "date",
    new RegExp(
      `\\b\\d{4}-\\d{2}-\\d{2}\\b|\\b\\d{1,2}\\.? ${MONTHS}\\b\\.?(?:,? \\d{4}\\b)?|\\b${MONTHS} \\d{1,2}(?:st|nd|rd|th)?\\b(?:,? \\d{4}\\b)?`,
      "gi",
    ),
  ],
  [
    "money",
    /[$€£¥] ?\d{1,15}(?:[.,]\d{1,3}){0,6}(?: ?(?:million|billion|thousand|[kmb])\b)?|\b\d{1,15}(?:[.,]\d{1,3}){0,6} ?(?:€|£|¥|(?:usd|eur|gbp|chf|dollars?|euros?|pounds?)\b)/gi,
  ],
]);

/** Finds what is of one of these types by its form alone. In the order of the text within each type. */
export function findFormats(text: string, types: readonly string[]): readonly FoundEntity[] {
  return types.flatMap((type) => {
    const pattern = FORMATS.get(type);
    if (pattern === undefined) return [];
    return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
      text: found,
      type,
      start: index,
      end: index + found.length,
    }));
  });
}

/** Scripts that put no blanks between words: there a name may stand next to other letters. */
const DENSE =
  "[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}]";
const startsDense = new RegExp(`^${DENSE}`, "u");
const endsDense = new RegExp(`${DENSE}$`, "u");

/** Every place where a text holds a name as a word of its own; blanks in it may be any blanks. None for a name that is not there. */
export function findName(text: string, name: string, type: string): readonly FoundEntity[] {
  const words = name.trim().split(/\s+/).map(escapePattern);
  if (words[0] === "" || words.length > MAX_NAME_WORDS) return [];
  const before = startsDense.test(name.trim()) ? "" : "(?<![\\p{L}\\p{N}])";
  const after = endsDense.test(name.trim()) ? "" : "(?![\\p{L}\\p{N}])";
  const pattern = new RegExp(`${before}${words.join("\\s{1,20}")}${after}`, "gu");
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
    text: found,
    type,
    start: index,
    end: index + found.length,
  }));
}

const MAX_NAME_WORDS = 20;

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
