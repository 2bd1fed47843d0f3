/** A named part of a file that several own: a statement, a line, a setting. */
export interface Part {
  readonly name: string;
  /** What it says, without comments. */
  readonly text: string;
}
