import type { Edit } from "../edit/edit.js";

/** A file that a generator makes. */
export interface PlannedFile {
  /** Relative to the root of the checkout, with `/`. */
  readonly path: string;
  /** Formatted before it is written, unless the build makes it. */
  readonly text: string;
  /**
   * `person`: made once; from then on what a person changes stays. `build`: always what is made now, as a golden file is.
   * `platform`: to the letter what another checkout has; what a person has changed stays, and is told. Default: `person`.
   */
  readonly owner?: "person" | "build" | "platform";
  /** Whether it can be started. */
  readonly isExecutable?: boolean;
  /** Whether a text of the platform is not to the letter, so that it is formatted as a person's is. */
  readonly isFormatted?: boolean;
}

/** Changes of a file that people own. */
export interface PlannedEdits {
  readonly path: string;
  /** Made one after the other; each does nothing to a text in which it is made already. */
  readonly edits: readonly Edit[];
  /** What the file begins with where there is none. Without it, a file that is not there is refused. */
  readonly start?: string;
  /** What the generator has put into the file, by name: remembered, so that the next run knows what is a person's. */
  readonly parts?: ReadonlyMap<string, string>;
}

/** Something that stays as a person has it, and why. */
export interface Kept {
  readonly path: string;
  readonly why: "changed by hand" | "removed by hand" | "changed by hand, and the platform's is new";
}

/** What a generator wants the checkout to be: data only, so that it can be shown, compared and tested. */
export interface Plan {
  /** What is made, e.g. `tenant initech`. */
  readonly what: string;
  readonly files: readonly PlannedFile[];
  readonly edits: readonly PlannedEdits[];
  /** The folder whose manifest remembers the files: their package. */
  readonly home: string;
  /** Whether the files are all that belong to `home`: what was made before and is planned no more is taken away. */
  readonly isWhole?: boolean;
  /** What the generator itself has decided to leave. */
  readonly kept?: readonly Kept[];
  /** Plans of other packages that are carried out with this one, all or none. */
  readonly also?: readonly Plan[];
  /** Commands to go on with, each with what it does. */
  readonly next: readonly NextCommand[];
}

export interface NextCommand {
  readonly command: string;
  readonly about: string;
}
