import type { DecodedSourceMap } from "@jridgewell/remapping";

/** Per line of the code its segments: column of the code, then source, line, column and name of what stands there. */
export type DecodedMappings = DecodedSourceMap["mappings"];

/**
 * A part's lines of a source map, written so that they can follow any other's. Every field but the first of a segment is the
 * difference to the one before (https://tc39.es/ecma426/#sec-mappings-grammar): those that have none before them within the
 * part stay numbers.
 */
export interface MapPiece {
  /** Text, or which field (0 source, 1 line, 2 column, 3 name) has which value. */
  readonly mappings: readonly (string | readonly [field: number, value: number])[];
  /** The fields after the last segment; null where no segment has one. */
  readonly end: readonly (number | null)[];
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const FIELDS = [0, 1, 2, 3];

/** Pure. */
export function toMapPiece(lines: DecodedMappings): MapPiece {
  const mappings: (string | readonly [number, number])[] = [];
  const end: (number | null)[] = FIELDS.map(() => null);
  let text = "";
  for (const [number, segments] of lines.entries()) {
    if (number > 0) text += ";";
    let before = 0;
    for (const [index, [column, ...fields]] of segments.entries()) {
      text += `${index > 0 ? "," : ""}${encode(column - before)}`;
      before = column;
      for (const [field, value] of fields.entries()) {
        const last = end[field] ?? null;
        end[field] = value;
        if (last !== null) {
          text += encode(value - last);
          continue;
        }
        mappings.push(text, [field, value]);
        text = "";
      }
    }
  }
  return { mappings: [...mappings, text], end };
}

/** The mappings of several parts that follow each other, each from a line of its own. Pure. */
export function joinMapPieces(pieces: readonly MapPiece[]): string {
  let state = FIELDS.map(() => 0);
  const texts = pieces.map(({ mappings, end }) => {
    const text = mappings.map((piece) =>
      typeof piece === "string" ? piece : encode(piece[1] - (state[piece[0]] ?? 0)),
    );
    state = state.map((value, field) => end[field] ?? value);
    return text.join("");
  });
  return texts.join(";");
}

/** A number as Base64 VLQ: five bits a digit, the lowest first, and the sign as the first bit. */
function encode(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let text = "";
  do {
    const digit = rest % 32;
    rest = Math.floor(rest / 32);
    text += DIGITS[rest > 0 ? digit + 32 : digit] ?? "";
  } while (rest > 0);
  return text;
}
