import path from "node:path";

/** Where a command was started: `bazel run` changes the folder, and says what it was. */
export interface Invocation {
  /** The folder of the person's shell: their relative paths start here. */
  readonly userDir: string;
  /** Root of the checkout; absent when the command does not run under Bazel. */
  readonly workspaceDir: string | undefined;
}

/** Reads the variables that `bazel run` sets (bazel.build/docs/user-manual#running-executables). */
export function readInvocation(env: NodeJS.ProcessEnv, cwd: string): Invocation {
  return { userDir: env["BUILD_WORKING_DIRECTORY"] ?? cwd, workspaceDir: env["BUILD_WORKSPACE_DIRECTORY"] };
}

/** A path that a person gave. */
export function userPath({ userDir }: Invocation, given: string): string {
  return path.resolve(userDir, given);
}

/** A tenant's data folder: what was asked for, else `.data/<tenant>` in the checkout. */
export function dataFolder(invocation: Invocation, tenantId: string, given: string | undefined): string {
  if (given !== undefined) return userPath(invocation, given);
  return path.join(invocation.workspaceDir ?? invocation.userDir, ".data", tenantId);
}
