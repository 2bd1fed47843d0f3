import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { createPeerWorkspace, writeJson } from "#tools/build/bench/peers/peer-workspace";
import type { Peer } from "#tools/build/bench/peers/peers";
import type { TenantBuilder } from "#tools/build/bench/steps";

type Run = (command: string, args: readonly string[], cwd: string) => string;

/**
 * A peer in a workspace of its own. It and the packages of the repository are fetched by npm and pnpm, once, before anything is measured.
 *
 * @throws Error when they cannot be had
 */
export function createPeerBuilder(peer: Peer, repository: string, env: NodeJS.ProcessEnv): TenantBuilder {
  const scratch = mkdtempSync(path.join(os.tmpdir(), "peer-"));
  const [folder, fetched] = [path.join(scratch, "workspace"), path.join(scratch, "packages")];
  // The node of this program comes first, so that all are built by one.
  const run = runnerWith({ ...env, ...peer.env, PATH: `${path.dirname(process.execPath)}:${env["PATH"] ?? ""}` });
  fetchPackages(run, repository, fetched);
  const { sources, addTenant } = createPeerWorkspace(repository, path.join(fetched, "node_modules"), folder);
  const settings = { "package.json": workspaceOf(), ...peer.settings };
  for (const [file, content] of Object.entries(settings)) writeJson(path.join(folder, file), content);
  run(
    "npm",
    ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--workspaces=false", peer.package],
    folder,
  );
  const [program = "", ...args] = peer.build;
  const [, ...stop] = peer.stop;
  const binary = path.join(folder, "node_modules/.bin", program);
  let tenants = 0;
  return {
    name: peer.name,
    sources,
    addTenant(id) {
      addTenant(id);
      tenants += 1;
    },
    build() {
      const output = run(binary, args, folder);
      const tasks = peer.readTasks(output);
      // One of each tenant, and two of the platform. A peer that leaves some out is not faster.
      if (tasks.ran + tasks.hits !== tenants + 2)
        console.log(`  not all ${tenants + 2} tasks:\n${output.slice(-1_000)}`);
      return tasks;
    },
    remove() {
      spawnSync(binary, stop, { cwd: folder, stdio: "ignore", timeout: 30_000 });
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

function workspaceOf(): object {
  return { name: "peers", private: true, packageManager: "npm@11.0.0", workspaces: ["platform", "tenants/*"] };
}

/** What the repository's lockfile names, as `pnpm install` lays it out. */
function fetchPackages(run: Run, repository: string, folder: string): void {
  for (const file of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"])
    cpSync(path.join(repository, file), path.join(folder, file));
  const { packageManager } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as {
    readonly packageManager: string;
  };
  run("npx", ["--yes", packageManager, "install", "--frozen-lockfile", "--ignore-scripts", "--prefer-offline"], folder);
  if (!existsSync(path.join(folder, "node_modules/typescript-native")))
    throw new Error("pnpm has not installed the packages of the repository");
}

function runnerWith(env: NodeJS.ProcessEnv): Run {
  return (command, args, cwd) => {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd,
      env,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    const output = `${stdout}\n${stderr}`;
    if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${output.slice(-3_000)}`);
    return output;
  };
}
