import { createInterface } from "node:readline/promises";

import type { Person } from "./ask.js";

/** The person who started the command; `undefined` where nobody sits at a terminal. */
export function personAtTerminal(): Person | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return {
    async ask(question, suggestion) {
      // Questions go to standard error: standard output is for what others read.
      const terminal = createInterface({ input: process.stdin, output: process.stderr });
      try {
        const answer = await terminal.question(`${question}${suggestion === undefined ? "" : ` [${suggestion}]`}: `);
        return answer.trim() === "" ? (suggestion ?? "") : answer.trim();
      } finally {
        terminal.close();
      }
    },
  };
}
