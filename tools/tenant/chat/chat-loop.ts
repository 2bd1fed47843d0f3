import { createInterface } from "node:readline/promises";

import { formatFailure } from "#tools/command/command-line";
import { paintFor } from "#tools/command/paint";
import { formatFooter, formatSources, printable } from "#tools/tenant/chat/format-answer";
import { interpretLine, PROMPT_HELP } from "#tools/tenant/chat/interpret-line";
import { runChatTurn, type ChatAnswer, type ChatTurn } from "#tools/tenant/client/chat-stream";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";

const out = paintFor(process.stdout);
const err = paintFor(process.stderr);

/** Asks once: the answer and its sources go to standard output, what it cost to standard error. */
export async function askOnce(address: TenantAddress, turn: ChatTurn, signal?: AbortSignal): Promise<ChatAnswer> {
  const answer = await runChatTurn(address, turn, (text) => process.stdout.write(printable(text)), signal);
  const sources = formatSources(answer.citations, out);
  process.stdout.write(`\n${sources.length === 0 ? "" : `\n${sources.join("\n")}\n`}`);
  process.stderr.write(`${err("dim", formatFooter(answer))}\n`);
  return answer;
}

/** Talks until the person leaves; the session is kept from turn to turn. */
export async function chatLoop(address: TenantAddress, first: Omit<ChatTurn, "message">): Promise<void> {
  const terminal = openPrompt();
  let { sessionId } = first;
  let last: ChatAnswer | undefined;
  terminal.prompt();
  for await (const line of terminal.lines) {
    const intent = interpretLine(line);
    if (intent.kind === "quit") break;
    if (intent.kind === "new") {
      sessionId = undefined;
      say(out("dim", "a new session"));
    } else if (intent.kind === "sources") {
      say(formatSources(last?.citations ?? [], out).join("\n") || out("dim", "no sources"));
    } else if (intent.kind === "help") {
      say(out("dim", PROMPT_HELP));
    } else if (intent.kind === "say") {
      const turn = { ...first, message: intent.message, ...(sessionId === undefined ? {} : { sessionId }) };
      last = await terminal.interruptible((signal) => answerOrExplain(address, turn, signal));
      sessionId = last?.sessionId ?? sessionId;
    }
    terminal.prompt();
  }
  terminal.close();
}

/** The person's side of the talk. Ctrl-C stops what `interruptible` runs, else it ends the talk. */
function openPrompt() {
  const isTerminal = process.stdin.isTTY;
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: isTerminal,
    prompt: out("cyan", "› "),
  });
  let running: AbortController | undefined;
  let isClosed = false;
  lines.on("close", () => {
    isClosed = true;
  });
  lines.on("SIGINT", () => {
    if (running === undefined) lines.close();
    else running.abort();
  });
  if (isTerminal) say(out("dim", PROMPT_HELP));
  return {
    lines,
    prompt(): void {
      // A pipe needs no prompt, and its last line is answered after it has ended.
      if (isTerminal && !isClosed) lines.prompt();
    },
    async interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
      running = new AbortController();
      try {
        return await work(running.signal);
      } finally {
        running = undefined;
      }
    },
    close: () => lines.close(),
  };
}

/** A failed turn is told and the talk goes on. */
async function answerOrExplain(
  address: TenantAddress,
  turn: ChatTurn,
  signal: AbortSignal,
): Promise<ChatAnswer | undefined> {
  try {
    return await askOnce(address, turn, signal);
  } catch (error) {
    say(`\n${signal.aborted ? out("dim", "stopped") : formatFailure(error)}`);
    return undefined;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
