/**
 * Ends a text before the first of some sequences: the one that is complete first, wherever the pieces are cut. Holds back the end of a piece as long as
 * it may be the beginning of a sequence. Workers AI's own models take no `stop`, so it is done here for all.
 */
export class StopSequences {
  readonly #sequences: readonly string[];
  #held = "";
  #isStopped = false;

  constructor(sequences: readonly string[]) {
    this.#sequences = sequences.filter((sequence) => sequence !== "");
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** The part of the text that is certainly before any sequence. */
  push(piece: string): string {
    if (this.#sequences.length === 0) return piece;
    const text = this.#held + piece;
    const stopAt = findFirst(text, this.#sequences);
    this.#isStopped = stopAt !== undefined;
    const end = stopAt ?? text.length - this.#partialAtEnd(text);
    this.#held = this.#isStopped ? "" : text.slice(end);
    return text.slice(0, end);
  }

  /** What was held back for nothing. */
  flush(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  /** Length of the longest end of the text that begins a sequence. */
  #partialAtEnd(text: string): number {
    let longest = 0;
    for (const sequence of this.#sequences) {
      for (let length = Math.min(sequence.length - 1, text.length); length > longest; length--) {
        if (text.endsWith(sequence.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}

/** Where the sequence begins that is complete first; of two that end together, the longer one. */
function findFirst(text: string, sequences: readonly string[]): number | undefined {
  let start: number | undefined;
  let end = Infinity;
  for (const sequence of sequences) {
    const index = text.indexOf(sequence);
    const isEarlier = index + sequence.length < end || (index + sequence.length === end && index < (start ?? 0));
    if (index === -1 || !isEarlier) continue;
    start = index;
    end = index + sequence.length;
  }
  return start;
}
