/** What a build did, by Bazel's own account. */
export interface BuildSummary {
  readonly seconds: number;
  /** Actions that ran on this machine. */
  readonly ran: number;
  /** Actions whose result came from a cache. */
  readonly hits: number;
}

/** Reads the last lines of a build. @throws Error when the build failed. */
export function readSummary(output: string): BuildSummary {
  if (!output.includes("Build completed successfully")) throw new Error(`the build failed:\n${output.slice(-3_000)}`);
  const [, seconds = "NaN"] = /Elapsed time: ([\d.]+)s/.exec(output) ?? [];
  const [, processes = ""] = /INFO: \d+ process(?:es)?: ([^\n]+)\./.exec(output) ?? [];
  const counts = processes.split(", ").map((part): [string, number] => {
    const [, count = "0", kind = ""] = /^(\d+) (.+)$/.exec(part) ?? [];
    return [kind, Number(count)];
  });
  const sum = (isCounted: (kind: string) => boolean): number =>
    counts.reduce((total, [kind, count]) => total + (isCounted(kind) ? count : 0), 0);
  return {
    seconds: Number(seconds),
    hits: sum((kind) => kind.endsWith("cache hit")),
    // Bazel itself does the internal ones: they copy, link and write small files, and are never cached.
    ran: sum((kind) => kind !== "internal" && !kind.endsWith("cache hit")),
  };
}
