import { CommandError, EXIT_CODES } from "#tools/command/command-line";

/** Divides tenants into waves: `1,5,all` is one, five more, and the rest. Pure. @throws CommandError */
export function planWaves(ids: readonly string[], spec: string): readonly (readonly string[])[] {
  const sizes = spec.split(",").map(parseSize);
  const waves: (readonly string[])[] = [];
  let rest = ids;
  for (const size of sizes) {
    if (rest.length === 0) break;
    waves.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  if (rest.length === 0) return waves;
  throw new CommandError(`--waves ${spec} leaves ${rest.length} tenants over`, {
    fix: `end it with all: ${spec},all`,
    exitCode: EXIT_CODES.usage,
  });
}

function parseSize(text: string): number {
  if (text === "all") return Infinity;
  const size = Number(text);
  if (Number.isInteger(size) && size > 0) return size;
  throw new CommandError(`"${text}" is no size of a wave`, {
    fix: "write it like 1,5,all",
    exitCode: EXIT_CODES.usage,
  });
}
