import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";

const FILE_NAME = "dev-server.json";

const serverStateSchema = z.object({
  url: z.url(),
  tenantId: z.string(),
  apiKey: z.string(),
  pid: z.int().check(z.positive()),
  /** Where other commands reach the tenant's KV: while the server runs, its data belong to it alone. */
  kv: z.object({ url: z.url(), token: z.string() }),
});

/** Where a running development server can be reached, for the other commands. */
export type ServerState = z.infer<typeof serverStateSchema>;

/** Notes a running server in its data folder. Answers how to remove the note. */
export function announceServer(dataDir: string, state: ServerState): () => void {
  return writeOwnFile(path.join(dataDir, FILE_NAME), state);
}

/** Reads what a server wrote with `--ready-file`. @throws CommandError when there is no such file. */
export function readServerFile(file: string): Pick<ServerState, "url" | "apiKey"> {
  try {
    return z.pick(serverStateSchema, { url: true, apiKey: true }).parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new CommandError(`${file} does not say where a server is`, {
      why: error instanceof z.core.$ZodError ? "it lacks url and apiKey" : String(error),
      fix: "start :dev with --ready-file and wait for the file",
    });
  }
}

/** The server that runs on a data folder, if its process still lives. */
export function findServer(dataDir: string): ServerState | undefined {
  try {
    const state = serverStateSchema.parse(JSON.parse(readFileSync(path.join(dataDir, FILE_NAME), "utf8")));
    return isRunning(state.pid) ? state : undefined;
  } catch {
    // No note, or one that a crash cut off: no server.
    return undefined;
  }
}

/**
 * Writes JSON that others wait for: it appears whole or not at all, and only its owner can read it, as it holds a key.
 * Answers how to remove it, which leaves a file alone that somebody else has written since.
 */
export function writeOwnFile(file: string, content: object): () => void {
  const text = `${JSON.stringify(content)}\n`;
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, file);
  return () => {
    if (readIfThere(file) === text) rmSync(file, { force: true });
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Already gone.
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
