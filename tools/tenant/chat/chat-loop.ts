import { createInterface } from "node:readline/promises";

import { formatFailure } from "#tools/tenant/command/command-line";
import { paintFor } from "#tools/tenant/command/paint";
import { formatFooter, formatSources, printable } from "#tools/tenant/chat/format-answer";
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

const HELP =
  "/new starts another session, /sources shows the last answer's sources, /quit (or Ctrl-D) ends. Ctrl-C stops an answer.";

/** Talks until the person leaves; the session is kept from turn to turn. */
export async function chatLoop(address: TenantAddress, first: Omit<ChatTurn, "message">): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: out("cyan", "› ") });
  let { sessionId } = first;
  let last: ChatAnswer | undefined;
  let turn: AbortController | undefined;
  terminal.on("SIGINT", () => {
    if (turn === undefined) terminal.close();
    else turn.abort();
  });
  process.stdout.write(`${out("dim", HELP)}\n`);
  terminal.prompt();
  for await (const line of terminal) {
    const message = line.trim();
    if (message === "/quit" || message === "/exit") break;
    if (message === "/new") {
      sessionId = undefined;
      process.stdout.write(`${out("dim", "a new session")}\n`);
    } else if (message === "/sources") {
      process.stdout.write(`${formatSources(last?.citations ?? [], out).join("\n") || out("dim", "no sources")}\n`);
    } else if (message.startsWith("/")) {
      process.stdout.write(`${out("dim", HELP)}\n`);
    } else if (message !== "") {
      turn = new AbortController();
      last = await answerOrExplain(
        address,
        { ...first, message, ...(sessionId === undefined ? {} : { sessionId }) },
        turn.signal,
      );
      turn = undefined;
      sessionId = last?.sessionId ?? sessionId;
    }
    terminal.prompt();
  }
  terminal.close();
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
    process.stdout.write(`\n${signal.aborted ? out("dim", "stopped") : formatFailure(error)}\n`);
    return undefined;
  }
}
