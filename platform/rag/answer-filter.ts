import { UnknownMarkerFilter } from "#rag/citation-markers";
import type { ReadSource } from "#rag/read-sources";
import { addressesIn, AnswerGuard } from "#rag/safety/answer-guard";
import type { PrivacyRules } from "#rag/safety/mask-private";

/**
 * What every answer from sources passes through while it streams: citations of sources that do not exist go, and so does
 * what a source may have talked the model into. What comes out, joined, does not depend on where the stream was cut.
 */
export class AnswerFilter {
  readonly #markers: UnknownMarkerFilter;
  readonly #guard: AnswerGuard;

  /**
   * @param told texts that the model was given besides the sources: addresses in them may be repeated.
   * @param sources those that the model read, numbered from 1.
   */
  constructor(told: readonly string[], sources: readonly ReadSource[], rules: PrivacyRules) {
    this.#markers = new UnknownMarkerFilter(sources.length);
    this.#guard = new AnswerGuard([...told, ...sources.map(({ forModel }) => forModel)].flatMap(addressesIn), rules);
  }

  /** Numbers that were cited although there is no such source. */
  get unknown(): readonly number[] {
    return this.#markers.unknown;
  }

  /** Whether the guard took anything out. */
  get hasRemoved(): boolean {
    return this.#guard.hasRemoved;
  }

  /** Returns what can be shown already. */
  push(piece: string): string {
    return this.#guard.push(this.#markers.push(piece));
  }

  /** Returns what was held back at the end. */
  flush(): string {
    return this.#guard.push(this.#markers.flush()) + this.#guard.flush();
  }
}
