/** Bits per character below which a text is no draw: words, names and `aaaa…` are; Shannon's measure on its own characters. */
const MIN_BITS = 3.2;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Whether a text looks drawn at random, as keys and tokens are: many different characters, digits among letters, and no words.
 * An id such as a UUID is drawn, too, and no secret.
 */
export function isRandom(text: string): boolean {
  if (UUID.test(text) || bitsPerCharacter(text) < MIN_BITS) return false;
  const letters = text.match(/[A-Za-z]/g)?.length ?? 0;
  const digits = text.match(/\d/g)?.length ?? 0;
  // Of 20 random characters of base64 three are digits; one in 200 such texts has none.
  if (letters < 2 || digits < 2) return isMixedCase(text);
  return !isMadeOfWords(text) && !isSequence(text);
}

function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0);
}

/** Upper and lower case change at every second letter or so in what is drawn, once per word in a name. */
function isMixedCase(text: string): boolean {
  const changes = text.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
  return changes > text.length * 0.35;
}

/** `key-of-thing-1`, `session_2024_01`, `Sha256OfTheBody`: words and numbers, each whole. */
function isMadeOfWords(text: string): boolean {
  const parts = text.split(/[-_./+=]|(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])/).filter(Boolean);
  const words = parts.filter((part) => /^[A-Z]?[a-z]{3,}$|^[A-Z]{3,}$/.test(part));
  return words.join("").length > text.length * 0.5;
}

/** `0123456789abcdef` and `abcdefghij…`: counted, not drawn. */
function isSequence(text: string): boolean {
  let steps = 0;
  for (let at = 1; at < text.length; at++) if (text.charCodeAt(at) - text.charCodeAt(at - 1) === 1) steps++;
  return steps > text.length * 0.5;
}
