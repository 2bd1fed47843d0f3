import { type ChildProcess, spawn } from "node:child_process";

/** What a script printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Variables that a guide sets, as they are after each script. */
const MARK = "--- variables ---";

/** Runs scripts as one terminal would: what one sets, the next ones have. */
export class Shell {
  readonly #cwd: string;
  readonly #background: ChildProcess[] = [];
  #env: NodeJS.ProcessEnv;

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    this.#cwd = cwd;
    this.#env = env;
  }

  /** Runs a script to its end, or to its first command that fails. @throws Error when it takes longer than `timeoutMs` */
  async run(script: string, timeoutMs: number): Promise<Ended> {
    const child = this.#spawn(`set -eao pipefail\n${script}\nprintf '%s\\0' '${MARK}'; env -0`);
    let output = "";
    child.stdout?.on("data", (text: string) => (output += text));
    child.stderr?.on("data", (text: string) => (output += text));
    const timer = setTimeout(() => end(child), timeoutMs);
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    clearTimeout(timer);
    const [printed = "", variables] = output.split(`${MARK}\0`);
    if (variables !== undefined) this.#env = readVariables(variables);
    if (code === null) throw new Error(`not done after ${timeoutMs / 1_000} s:\n${printed}`);
    return { code, output: printed };
  }

  /** Starts a script that goes on. Answers what it printed when that holds `until`. @throws Error when it ends or takes too long */
  start(script: string, until: string, timeoutMs: number): Promise<string> {
    const child = this.#spawn(script);
    this.#background.push(child);
    return new Promise((resolve, reject) => {
      let output = "";
      const timer = setTimeout(() => fail(`no "${until}" after ${timeoutMs / 1_000} s`), timeoutMs);
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Error(`${why}:\n${output}`));
      };
      const read = (text: string): void => {
        output += text;
        if (!output.includes(until)) return;
        clearTimeout(timer);
        resolve(output);
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("close", (code) => fail(`ended with code ${code ?? "none"}`));
    });
  }

  /** Ends what was started. */
  close(): void {
    for (const child of this.#background) end(child);
  }

  /** In a process group of its own, so that what it starts ends with it. */
  #spawn(script: string): ChildProcess {
    const child = spawn("bash", ["-c", script], {
      cwd: this.#cwd,
      env: this.#env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.setEncoding("utf8");
    child.stderr.setEncoding("utf8");
    return child;
  }
}

function end({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, "SIGTERM");
}

function readVariables(text: string): NodeJS.ProcessEnv {
  const pairs = text.split("\0").filter((pair) => pair.includes("="));
  return Object.fromEntries(
    pairs.map((pair): [string, string] => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}
