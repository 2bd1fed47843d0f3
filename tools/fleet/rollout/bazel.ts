import { spawn } from "node:child_process";
import path from "node:path";

import { CommandError } from "#tools/command/command-line";

/** Asks the build. Answers standard output. @throws CommandError with the end of what Bazel said */
export type Bazel = (args: readonly string[]) => Promise<string>;

/** Variables of the program that runs; a Bazel started from it must not take them for its own. */
const OWN_VARIABLES = /^(JS_BINARY__|RUNFILES|BUILD_|AIRGAP_BASE$|TEST_|WORKSPACE_PACKAGES$|BAZEL_REAL$)/;
const SHOWN_LINES = 12;

/** The Bazel of a checkout. It can be asked while a program runs that it has started: `bazel run` lets go of it first. */
export function bazelOf(workspaceDir: string, env: NodeJS.ProcessEnv): Bazel {
  const program = path.join(workspaceDir, "tools", "bazel");
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_VARIABLES.test(name)));
  return (args) => {
    const child = spawn(program, [...args], { cwd: workspaceDir, env: own, stdio: ["ignore", "pipe", "pipe"] });
    const [out, said]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (text: string) => void out.push(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => void said.push(text));
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    child.once("error", (error) => {
      reject(new CommandError(`${program} cannot be started`, { why: error.message }));
    });
    child.once("close", (status) => {
      if (status === 0) resolve(out.join(""));
      else reject(failure(args, said.join("")));
    });
    return promise;
  };
}

function failure([verb = ""]: readonly string[], said: string): CommandError {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  return new CommandError(`bazel ${verb} failed`, {
    why: lines.slice(-SHOWN_LINES).join("\n       "),
    fix: "mend the build: tools/bazel test //tenants/...",
  });
}
