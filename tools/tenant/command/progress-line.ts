/** Shows how far a long task has come: on a terminal in one line that is rewritten, else in a line now and then. */
export interface ProgressLine {
  update(text: string): void;
  /** Ends the task: its last state stays visible. */
  end(text: string): void;
}

/** Pause between two lines when they cannot be rewritten, milliseconds. */
const PLAIN_INTERVAL_MS = 2_000;

export function createProgressLine(stream: NodeJS.WriteStream, nowMs: () => number = Date.now): ProgressLine {
  if (stream.isTTY) {
    const rewrite = (text: string) => stream.write(`\r\u001b[2K${text.slice(0, stream.columns - 1)}`);
    return { update: rewrite, end: (text) => stream.write(`\r\u001b[2K${text}\n`) };
  }
  let lastMs = -Infinity;
  return {
    update(text) {
      if (nowMs() - lastMs < PLAIN_INTERVAL_MS) return;
      lastMs = nowMs();
      stream.write(`${text}\n`);
    },
    end: (text) => stream.write(`${text}\n`),
  };
}

/** A bar of `width` cells: `████░░░░`. */
export function progressBar(done: number, total: number, width = 20): string {
  const filled = total === 0 ? width : Math.round((Math.min(done, total) / total) * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}
