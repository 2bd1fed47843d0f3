import { spawnSync } from "node:child_process";
import os from "node:os";

/** Where a release comes from. */
export interface ReleaseOrigin {
  readonly gitRevision: string;
  readonly isDirty: boolean;
  readonly deployedBy: string;
}

/** Reads the revision of the checkout and who deploys; `DEPLOYED_BY` names a person where a machine deploys. */
export function readOrigin(workspaceDir: string | undefined, env: NodeJS.ProcessEnv): ReleaseOrigin {
  const git = (...args: string[]): string | undefined => {
    if (workspaceDir === undefined) return undefined;
    const { status, stdout } = spawnSync("git", ["-C", workspaceDir, ...args], { encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  const changes = git("status", "--porcelain", "--untracked-files=no");
  return {
    gitRevision: git("rev-parse", "HEAD") ?? env["GITHUB_SHA"] ?? "unknown",
    isDirty: changes !== undefined && changes !== "",
    deployedBy: env["DEPLOYED_BY"] ?? git("config", "user.email") ?? env["GITHUB_ACTOR"] ?? os.userInfo().username,
  };
}
