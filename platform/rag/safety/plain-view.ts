/** A text as a patient reader would spell it, and where each of its characters stands in the text as it was written. */
export interface PlainView {
  readonly text: string;
  /** From an offset in `text` to the offset of the original character behind it. `text.length` is allowed. */
  originalOffset(offset: number): number;
}

/** Letters of other alphabets that look like Latin ones. Compatibility forms (fullwidth, bold, circled …) are not in it: NFKD undoes them. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: "аαɑ",
    b: "Ьв",
    c: "сϲᴄ",
    d: "ԁɗ",
    e: "еєεҽ",
    g: "ɡց",
    h: "һн",
    i: "іιıɪӏ",
    j: "јϳ",
    k: "кκ",
    l: "ⅼ",
    m: "мᴍ",
    n: "ոηɴп",
    o: "оοσօᴏ",
    p: "рρ",
    q: "ԛզ",
    r: "гʀᴦ",
    s: "ѕꜱ",
    t: "тτᴛ",
    u: "υսᴜ",
    v: "νѵᴠ",
    w: "ԝѡᴡ",
    x: "хχ",
    y: "уүγ",
    z: "ᴢ",
  }).flatMap(([latin, others]) => Array.from(others, (other): [string, string] => [other, latin])),
);

/** Characters that are not seen: zero widths, directions, joiners, variation selectors, accents set on letters. */
const UNSEEN = /^[\p{Cf}\p{M}\u115f\u1160\u17b4\u17b5\u3164\uffa0]$/u;

/** Tag characters: an invisible copy of ASCII, which models read. */
const FIRST_TAG = 0xe0020;
const LAST_TAG = 0xe007e;
const TAG_OFFSET = 0xe0000;

/** A character written as a number: `&#105;`, `&#x69;`, `%69`, `\u0069`, `\x69`. */
const WRITTEN_AS_NUMBER = /&#(\d{1,7});|&#x([0-9a-f]{1,6});|%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/iy;

const ORDINARY = /^[^&%\\\u0080-\u{10ffff}]*$/u;

/**
 * The text in lower case with its disguises taken off: lookalike letters, compatibility forms, invisible characters, accents,
 * characters written as numbers. A single line break becomes a blank, so that no sentence hides behind one. Linear. Pure.
 */
export function plainView(text: string): PlainView {
  // By far the most texts: as long as before, character for character.
  if (ORDINARY.test(text)) return { text: joinLines(text.toLowerCase()), originalOffset: (offset) => offset };
  const offsets: number[] = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    const { character, length } = readCharacter(text, at);
    const shown = showCharacter(character);
    offsets.push(...Array<number>(shown.length).fill(at));
    plain += shown;
    at += length;
  }
  return { text: joinLines(plain), originalOffset: (offset) => offsets[offset] ?? text.length };
}

/** Keeps the length, so that offsets stay. Blank lines still end a paragraph. */
function joinLines(text: string): string {
  return text.replace(/(?<!\n[ \t\r]{0,20})\n(?![ \t\r]{0,20}\n)/g, " ");
}

function readCharacter(text: string, at: number): { character: string; length: number } {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (!"&%\\".includes(character)) return { character, length: character.length };
  WRITTEN_AS_NUMBER.lastIndex = at;
  const match = WRITTEN_AS_NUMBER.exec(text);
  if (match === null) return { character, length: 1 };
  const [written, decimal, ...hexadecimal] = match;
  const code = decimal === undefined ? Number.parseInt(hexadecimal.join(""), 16) : Number(decimal);
  return { character: code <= 0x10ffff ? String.fromCodePoint(code) : " ", length: written.length };
}

function showCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return character.toLowerCase();
  if (code >= FIRST_TAG && code <= LAST_TAG) return String.fromCodePoint(code - TAG_OFFSET).toLowerCase();
  const parts = Array.from(character.normalize("NFKD").toLowerCase());
  return parts.map((part) => (UNSEEN.test(part) ? "" : (LOOKALIKES.get(part) ?? part))).join("");
}

/** Digits and signs that are written for letters. */
const LEET: ReadonlyMap<string, string> = new Map(
  Object.entries({ 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t", "@": "a", $: "s" }),
);
const LETTER_OR_TAG = /<[^<>]{0,40}>|[a-z013457@$]/g;
const NO_LETTER = /<[^<>]{0,40}>|[^a-z013457@$]/g;
const LEET_SIGN = /[013457@$]/g;

/** The letters of a plain view alone, tags out: for words that are s p a c e d, hy-phe-nat-ed or spe11ed with digits. Pure. */
export function lettersOnly(view: PlainView): PlainView {
  const text = view.text.replace(NO_LETTER, "").replace(LEET_SIGN, (sign) => LEET.get(sign) ?? sign);
  return {
    text,
    // Asked only when something was found, which is seldom.
    originalOffset(offset) {
      let seen = 0;
      for (const { index, 0: match } of view.text.matchAll(LETTER_OR_TAG)) {
        if (match.length > 1) continue;
        if (seen === offset) return view.originalOffset(index);
        seen++;
      }
      return view.originalOffset(view.text.length);
    },
  };
}
