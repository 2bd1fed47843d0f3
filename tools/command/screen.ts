/** Lines of text, and below them one line of progress that is rewritten: neither tears the other apart. */
export interface Screen {
  /** Writes a line, above the progress. */
  line(text: string): void;
  /** Shows how far a long task has come. Where lines cannot be rewritten, it is said now and then. */
  progress(text: string): void;
  /** Ends the task: its last line stays. */
  endProgress(text: string): void;
}

/** Where a screen writes: a terminal, a pipe or a file. */
export interface ScreenStream {
  readonly isTTY?: boolean;
  /** Width of a terminal; 0 or absent when it does not say. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** Pause between two lines of progress that cannot be rewritten, milliseconds. */
const PLAIN_INTERVAL_MS = 2_000;
const CLEAR_LINE = "\r\u001b[2K";

export function createScreen(stream: ScreenStream, nowMs: () => number = Date.now): Screen {
  return stream.isTTY === true ? terminalScreen(stream) : plainScreen(stream, nowMs);
}

function terminalScreen(stream: ScreenStream): Screen {
  let shown = "";
  return {
    line(text) {
      stream.write(shown === "" ? `${text}\n` : `${CLEAR_LINE}${text}\n${shown}`);
    },
    progress(text) {
      // A line that wraps could not be rewritten.
      const { columns = 0 } = stream;
      shown = columns > 0 ? text.slice(0, columns - 1) : text;
      stream.write(`${CLEAR_LINE}${shown}`);
    },
    endProgress(text) {
      shown = "";
      stream.write(`${CLEAR_LINE}${text}\n`);
    },
  };
}

function plainScreen(stream: ScreenStream, nowMs: () => number): Screen {
  let lastMs = -Infinity;
  const line = (text: string): void => {
    stream.write(`${text}\n`);
  };
  return {
    line,
    progress(text) {
      if (nowMs() - lastMs < PLAIN_INTERVAL_MS) return;
      lastMs = nowMs();
      line(text);
    },
    endProgress: line,
  };
}

/** A bar of `width` cells: `████░░░░`. */
export function progressBar(done: number, total: number, width = 20): string {
  const filled = total === 0 ? width : Math.round((Math.min(done, total) / total) * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}
