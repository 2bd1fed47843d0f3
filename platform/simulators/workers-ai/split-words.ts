import { stemmer } from "stemmer";

/** The words of a text as they compare: lower case, without accents, without the possessive. */
export function splitWords(text: string): string[] {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[’']s?(?![\p{L}\p{N}])|[’']/gu, "");
  return plain.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[\p{L}\p{N}]+/gu) ?? [];
}

/** A word's stem by Porter's algorithm; words with digits or other scripts stay as they are. */
export function stemOf(word: string): string {
  return /^[a-z]+$/.test(word) ? stemmer(word) : word;
}

/** The stems of a text that carry meaning, in order, with repeats: function words are left out. */
export function contentStems(text: string): string[] {
  return splitWords(text)
    .filter((word) => !functionWords.has(word))
    .map(stemOf);
}

const list = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** English words that say nothing of the subject. */
export const functionWords = list(`
  a about above after again all also am an and any are as at be because been before being below between both but by
  can cannot could did do does doing done dont down during each either else ever few for from further get gets got had
  has have having he her here hers herself him himself his how i if in into is isnt it its itself just let like may me
  might more most much must my myself neither no nor not now of off on once one only or other ought our ours ourselves
  out over own per please shall she should since so some still such than that the their theirs them themselves then
  there these they this those though through thus to too under until up upon us very was we were what whats when where
  whether which while who whom whose why will with within without would yet you your yours yourself yourselves tell
`);

/** Common English words that say little: they count, but less. */
export const commonWords = list(`
  able act add almost along already always another answer anything area around ask away back bad based become begin
  best better big bring call came case certain change clear come company complete consider contain could day days
  different difference early easy end enough even every everyone everything example fact far feel find first follow
  following form four found full general give given go going good great group hand happen hard help high hold however
  hundred idea important include including information instead item keep kind know large last later least leave left
  less level life line list little live long look lot made main make making many matter mean means might million name
  need needs never new next nothing number often old open order part people perhaps person place point possible
  present problem provide put question quite rather real really result right run said same say second see seem set
  several show side simple small someone something soon start state stay step stop subject sure system take talk ten
  text thing things think three time times today together top toward true try turn two type use used user users using
  usually value various want way week well whole word words work world write year years yes
`);
