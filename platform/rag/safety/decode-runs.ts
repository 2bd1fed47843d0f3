/** Text that stood encoded in another text, and where. */
export interface DecodedRun {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Shorter runs cannot hold an instruction. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{24,}(?:\r?\n[A-Za-z0-9+/_-]{16,}){0,200}={0,2}/g;
const HEX_RUN = /(?:[0-9a-f]{2}[ :]?){16,}/gi;
/** Longest run that is looked at, in characters. */
const MAX_RUN = 20_000;
/** Share of printable characters from which bytes count as text. */
const MIN_PRINTABLE = 0.9;

/** Runs of base64 (both alphabets) and of hexadecimal bytes that decode to readable text. Pure, linear. */
export function decodeRuns(text: string): readonly DecodedRun[] {
  return [...runsOf(text, BASE64_RUN, fromBase64), ...runsOf(text, HEX_RUN, fromHex)];
}

function runsOf(text: string, pattern: RegExp, decode: (run: string) => Uint8Array | undefined): DecodedRun[] {
  return [...text.matchAll(pattern)].flatMap(({ index, 0: run }) => {
    const decoded = readable(decode(run.slice(0, MAX_RUN)));
    return decoded === undefined ? [] : [{ start: index, end: index + run.length, text: decoded }];
  });
}

function fromBase64(run: string): Uint8Array | undefined {
  const digits = run.replace(/[\s=]/g, "").replaceAll("-", "+").replaceAll("_", "/");
  // What is left of an incomplete group cannot be decoded.
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}

function fromHex(run: string): Uint8Array | undefined {
  const digits = run.replace(/[^0-9a-f]/gi, "");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function readable(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(bytes);
  const printable = text.match(/[\p{L}\p{N}\p{P}\p{Zs}\n\t]/gu)?.length ?? 0;
  return printable >= text.length * MIN_PRINTABLE ? text : undefined;
}
