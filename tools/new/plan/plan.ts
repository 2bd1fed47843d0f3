import type { Edit } from "../edit/edit.js";

/** A file that a generator makes. */
export interface PlannedFile {
  /** Relative to the root of the checkout, with `/`. */
  readonly path: string;
  /** Formatted before it is written, unless the build makes it. */
  readonly text: string;
  /**
   * `person`: made once; from then on what a person changes stays. `build`: always what is made now, as a golden file is.
   * Default: `person`.
   */
  readonly owner?: "person" | "build";
}

/** Changes of a file that people own. */
export interface PlannedEdits {
  readonly path: string;
  /** Made one after the other; each does nothing to a text in which it is made already. */
  readonly edits: readonly Edit[];
}

/** What a generator wants the checkout to be: data only, so that it can be shown, compared and tested. */
export interface Plan {
  /** What is made, e.g. `tenant initech`. */
  readonly what: string;
  readonly files: readonly PlannedFile[];
  readonly edits: readonly PlannedEdits[];
  /** The folder whose manifest remembers the files: their package. */
  readonly home: string;
  /** Commands to go on with, each with what it does. */
  readonly next: readonly NextCommand[];
}

export interface NextCommand {
  readonly command: string;
  readonly about: string;
}
