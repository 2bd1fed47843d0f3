/** A text that no log may hold: a key, a prompt, what somebody has said. */
export interface Forbidden {
  readonly what: string;
  readonly text: string;
}

/** Finds that are kept of each kind of line; more would say the same. */
const EXAMPLES = 3;
const SHOWN_CHARACTERS = 600;

/** Reads each line of a log as it comes and keeps none: a log of many requests is larger than what it may hold. */
export class LogWatch {
  readonly #forbidden: readonly Forbidden[];
  readonly #finds = new Map<string, string[]>();
  #lines = 0;

  constructor(forbidden: readonly Forbidden[]) {
    this.#forbidden = forbidden;
  }

  /** How many lines there were. */
  get lines(): number {
    return this.#lines;
  }

  /** Every kind of find with examples, in words. */
  get finds(): readonly string[] {
    return [...this.#finds].flatMap(([kind, lines]) => lines.map((line) => `${kind}: ${line}`));
  }

  read(line: string): void {
    this.#lines++;
    for (const { what, text } of this.#forbidden) {
      if (!line.includes(text)) continue;
      const kind = `${what} in ${/"event\\?":\\?"(\w+)/.exec(line)?.[1] ?? "a line without an event"}`;
      const examples = this.#finds.get(kind) ?? [];
      this.#finds.set(kind, examples);
      if (examples.length < EXAMPLES) examples.push(line.slice(0, SHOWN_CHARACTERS));
    }
  }
}
