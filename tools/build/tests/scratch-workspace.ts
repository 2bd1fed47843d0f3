import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** A Bazel of its own in a folder. */
export interface ScratchBazel {
  /** Runs Bazel in the folder; returns all it printed. */
  readonly bazel: (args: readonly string[]) => string;
  /** Starts Bazel in the folder, for what goes on until it is ended. */
  readonly start: (args: readonly string[]) => { readonly end: () => void };
}

/** A copy of the repository, and a Bazel of its own for it. */
export interface ScratchWorkspace extends ScratchBazel {
  /** Goes with everything in it when the workspace is removed; outside of the copy. */
  readonly scratch: string;
  readonly copy: string;
  /** Where its Bazel keeps everything. */
  readonly outputBase: string;
  /** Variables of the caller's shell. */
  readonly env: NodeJS.ProcessEnv;
  /** Options of a build that take the packages which the workspace has fetched already. */
  readonly reusedRepositories: readonly string[];
  /** A Bazel of its own in another repository, below `scratch`. */
  readonly bazelIn: (folder: string) => ScratchBazel;
  readonly remove: () => void;
}

/** What is unlike the caller's own. */
export interface ScratchOptions {
  /** Folders between the system's folder for temporary files and the workspace. */
  readonly below?: string;
  /** Variables of its Bazel's shell, instead of the caller's of these names. */
  readonly variables?: NodeJS.ProcessEnv;
}

/** @throws Error outside of `bazel run` */
export function createScratchWorkspace(
  env: NodeJS.ProcessEnv,
  { below = "", variables = {} }: ScratchOptions = {},
): ScratchWorkspace {
  const workspace = env["BUILD_WORKSPACE_DIRECTORY"];
  if (workspace === undefined) throw new Error("Start this with `bazel run`.");
  const scratch = mkdtempSync(path.join(os.tmpdir(), "scratch-workspace-"));
  const copy = path.join(scratch, below, "copy");
  const outputBase = path.join(scratch, below, "output");
  const started: ScratchBazel[] = [];
  const bazelAt = (folder: string, base: string): ScratchBazel => {
    const one = makeBazel(folder, base, { ...outerEnvironment(env), ...variables });
    started.push(one);
    return one;
  };
  copyWorkspace(workspace, copy);
  return {
    ...bazelAt(copy, outputBase),
    scratch,
    copy,
    outputBase,
    env: outerEnvironment(env),
    reusedRepositories: reuseRepositories(workspace, env),
    bazelIn: (folder) => bazelAt(folder, `${folder}-output`),
    remove() {
      for (const { bazel } of started) bazel(["shutdown"]);
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

function makeBazel(folder: string, outputBase: string, env: NodeJS.ProcessEnv): ScratchBazel {
  const [program, base] = [path.join(folder, "tools/bazel"), `--output_base=${outputBase}`];
  return {
    bazel(args) {
      const options = { cwd: folder, encoding: "utf8", env, maxBuffer: 64 * 1024 * 1024 } as const;
      const { stdout, stderr } = spawnSync(program, [base, ...args], options);
      return `${stdout}\n${stderr}`;
    },
    start(args) {
      // In a process group of its own, so that what it starts ends with it.
      const options = { cwd: folder, env, detached: true, stdio: "ignore" } as const;
      const { pid } = spawn(program, [base, ...args], options);
      return {
        end() {
          if (pid !== undefined) process.kill(-pid, "SIGTERM");
        },
      };
    },
  };
}

function copyWorkspace(source: string, copy: string): void {
  const left = new Set(["node_modules", ".git", ".bazel", ".data", ".wrangler"]);
  cpSync(source, copy, { recursive: true, filter: (file) => !left.has(path.relative(source, file)) });
}

/** In the airgap mode the packages that the workspace has fetched already serve the copy too. */
function reuseRepositories(source: string, env: NodeJS.ProcessEnv): readonly string[] {
  const { stdout } = spawnSync(path.join(source, "tools/bazel"), ["info", "output_base"], {
    cwd: source,
    encoding: "utf8",
    env: outerEnvironment(env),
  });
  return ["nodejs", "npm"]
    .map((name) => ({ name, folder: path.join(stdout.trim(), "external", name) }))
    .filter(({ folder }) => existsSync(folder))
    .map(({ name, folder }) => `--override_repository=${name}=${folder}`);
}

/** The variables of the caller's shell, without those that `bazel run` and the launcher have added. */
function outerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const added = /^(?:BUILD_|JS_BINARY__|RUNFILES_|TEST_|WORKSPACE_PACKAGES$|BAZEL_REAL$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !added.test(name)));
}
