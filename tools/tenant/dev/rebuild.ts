import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";

/** How a build ended; `errors` is what a person must see. */
export type BuildOutcome = { readonly ok: true } | { readonly ok: false; readonly errors: string };

/** Builds targets with the checkout's own Bazel, one build at a time. */
export interface Rebuilder {
  build(): Promise<BuildOutcome>;
  /** Ends a running build. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 5_000;

export function createRebuilder(workspaceDir: string, targets: readonly string[]): Rebuilder {
  let child: ChildProcess | undefined;
  return {
    build: () =>
      new Promise((resolve) => {
        const args = ["build", "--noshow_progress", "--color=no", "--curses=no", "--", ...targets];
        const started = spawn(path.join(workspaceDir, "tools/bazel"), args, {
          cwd: workspaceDir,
          env: buildEnvironment(process.env),
          stdio: ["ignore", "pipe", "pipe"],
        });
        child = started;
        let output = "";
        for (const stream of [started.stdout, started.stderr]) {
          stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
        }
        started.on("error", (error) => resolve({ ok: false, errors: `tools/bazel did not start: ${error.message}` }));
        started.on("close", (code) => {
          child = undefined;
          resolve(code === 0 ? { ok: true } : { ok: false, errors: compactBuildErrors(output) });
        });
      }),
    async stop() {
      const running = child;
      if (running === undefined) return;
      const ended = new Promise<void>((resolve) => running.once("close", () => resolve()));
      running.kill("SIGINT");
      const timer = setTimeout(() => running.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** What `bazel run` and the launcher of a program have set must not reach another Bazel; the choice of mode must. */
export function buildEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isOfThisRun = (name: string) =>
    /^(BAZEL_(?!MODE$)|BUILD_|RUNFILES|JS_BINARY__|TEST_|NODE_OPTIONS$|NODE_PATH$)/.test(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isOfThisRun(name)));
}

const NOISE =
  /^(INFO|Loading|Analyzing|DEBUG|Target |Use --|\[\d|FAILED: Build did NOT|Starting local|WARNING: Running Bazel|tools\/bazel: |Extracting|\(\d\d:\d\d:\d\d\) (INFO|Loading|Analyzing))/;
/** The command that failed, after what failed: the lines below say why. */
const COMMAND = /: \(Exit \d+\): .*error executing command.*$/;
const MAX_LINES = 30;

/** The lines of Bazel's output that say what is wrong in the sources. Pure. */
export function compactBuildErrors(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !NOISE.test(line))
    .map((line) => line.replace(COMMAND, ""));
  const shown = lines.slice(0, MAX_LINES);
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more lines`] : [])].join("\n");
}
