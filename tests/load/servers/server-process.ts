import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A server in a process of its own, so that its work does not slow down the one that measures. */
export interface ServerProcess {
  /** Address without a trailing slash. */
  readonly url: string;
  readonly pid: number;
  /** What the server said of itself besides, e.g. its API key. */
  readonly facts: Readonly<Record<string, string>>;
  /** Tells the server's module something; done when it has answered. */
  tell(message: object): Promise<void>;
  stop(): Promise<void>;
}

/** What a server's module sends to its parent when it listens. */
export interface ReadyMessage {
  readonly url: string;
  readonly facts?: Readonly<Record<string, string>>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

/**
 * Runs a module of this folder, which calls `announce`. It ends with this process, however this one ends. What it writes
 * to standard error is shown, unless it is somebody else's program.
 */
export async function startServerProcess(
  module: string,
  args: readonly string[],
  stderr: "inherit" | "ignore" = "inherit",
): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL(module, import.meta.url).href), [...args], {
    stdio: ["ignore", "ignore", stderr, "ipc"],
  });
  const { url, facts = {} } = await readyMessage(child, module);
  const tell = async (message: object): Promise<void> => {
    const answered = once(child, "message");
    child.send(message);
    await answered;
  };
  return { url, facts, pid: child.pid ?? 0, tell, stop: () => stop(child) };
}

/** Says that the server listens, and has it closed when the parent goes away or wants it. */
export function announce(message: ReadyMessage, close: () => Promise<void> | void): void {
  process.once("disconnect", () => {
    void Promise.resolve(close()).finally(() => process.exit(0));
  });
  process.send?.(message);
}

function readyMessage(child: ChildProcess, module: string): Promise<ReadyMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${module} did not start within ${START_TIMEOUT_MS} ms`));
    }, START_TIMEOUT_MS);
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      end();
    };
    child.once("message", (message) => settle(() => resolve(message as ReadyMessage)));
    child.once("exit", (code) => settle(() => reject(new Error(`${module} ended with code ${code ?? "none"}`))));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}
