import type { DecodedMappings } from "#tools/link/source-map-pieces";

/** What a minified bundle falls into. */
export interface CutBundle {
  /** What stands before the first mark: imports and helpers for all of them. */
  readonly head: CutPart;
  readonly parts: readonly CutPart[];
  /** What the bundle exports: exported name → name inside. */
  readonly exports: ReadonlyMap<string, string>;
}

export interface CutPart {
  readonly code: string;
  /** Its lines of the source map, beginning with column 0. */
  readonly mappings: DecodedMappings;
}

const MARK = /import ?"part:(\d+)";/g;
const EXPORTS = /export ?\{([^}]*)\};?\s*$/;

/** Cuts a minified bundle at the marks of `markParts`. Pure. @throws Error */
export function cutParts(code: string, mappings: DecodedMappings, count: number): CutBundle {
  const marks = [...code.matchAll(MARK)];
  if (marks.length !== count || marks.some(([, number], index) => Number(number) !== index))
    throw new Error(
      `the minifier has changed the order of the ${count} parts: ${marks.map(([mark]) => mark).join("")}`,
    );
  const exported = EXPORTS.exec(code);
  if (exported === null) throw new Error("the bundle does not end with its exports");
  const lineStarts = [0, ...[...code.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const slice = (from: number, to: number): CutPart => ({
    code: code.slice(from, to),
    mappings: sliceMappings(mappings, lineStarts, from, to),
  });
  const parts = marks.map(({ index, 0: mark }, number) =>
    slice(index + mark.length, marks[number + 1]?.index ?? exported.index),
  );
  const head = slice(0, marks[0]?.index ?? exported.index);
  const names = (exported[1] ?? "").split(",").map((text): [string, string] => {
    const [inner = "", outer = inner] = text.trim().split(" as ");
    return [outer, inner];
  });
  return { head, parts, exports: new Map(names) };
}

function sliceMappings(
  mappings: DecodedMappings,
  lineStarts: readonly number[],
  from: number,
  to: number,
): DecodedMappings {
  const first = lineStarts.findLastIndex((start) => start <= from);
  const last = lineStarts.findLastIndex((start) => start < Math.max(to, from + 1));
  return mappings.slice(first, last + 1).map((segments, offset) => {
    const start = lineStarts[first + offset] ?? 0;
    const [begin, end] = [Math.max(from - start, 0), to - start];
    return segments
      .filter(([column]) => column >= begin && column < end)
      .map((segment): typeof segment => {
        const [column, ...rest] = segment;
        return [column - begin, ...rest] as typeof segment;
      });
  });
}
