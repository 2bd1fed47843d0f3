import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { build, transform } from "esbuild";

import type { Mutant } from "#tests/security/mutate/find-mutants";

/** A test, and the bundle it boots. */
export interface Suite {
  readonly test: string;
  readonly bundle: "pool" | "storage";
}

/** How a suite ended, with the first failing test. */
export interface Verdict {
  readonly outcome: "passed" | "failed" | "timeout";
  readonly failed?: string;
}

/** A compiled copy of the repository in which walls can be taken away. */
export interface Laboratory {
  /** Sources of the platform by path. */
  readonly sources: ReadonlyMap<string, string>;
  /** Runs a suite with a mutant in place, or with none; stops at the first test that fails. */
  run(suite: Suite, mutant?: Mutant): Promise<Verdict>;
  remove(): void;
}

const ROOTS = ["platform", "tests", "tools"];
const LEFT_OUT = /(^|\/)(node_modules|golden|testdata|page)(\/|$)/;
const TARGET = "es2024";
const ENTRIES = {
  pool: "platform/worker/testing/pool-entry.js",
  storage: "platform/storage/testing/storage-worker.js",
} as const;

/**
 * Compiles a checkout into a folder of its own: no types are looked at, so a second is enough.
 *
 * @param packages a folder with node_modules and the built assets of the console, as this program's own runfiles are
 */
export async function openLaboratory(workspace: string, packages: string): Promise<Laboratory> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "mutate-"));
  const files = ROOTS.flatMap((root) => filesBelow(workspace, root));
  const sources = new Map(files.filter((file) => file.endsWith(".ts")).map((file) => [file, read(workspace, file)]));
  for (const [file, text] of sources) write(folder, outputOf(file), await compile(text));
  for (const file of files.filter((name) => /\.(sql|json|css|html|svg)$/.test(name)))
    write(folder, file, read(workspace, file));
  write(folder, "package.json", read(workspace, "package.json"));
  symlinkSync(path.join(packages, "node_modules"), path.join(folder, "node_modules"));
  cpSync(path.join(packages, "platform/console/assets"), path.join(folder, "platform/console/assets"), {
    recursive: true,
    dereference: true,
  });
  await bundle(
    folder,
    "platform/simulators/worker/simulator-worker.js",
    "platform/simulators/worker/simulator_worker.js",
  );
  return {
    sources,
    async run(suite, mutant) {
      if (mutant !== undefined) write(folder, outputOf(mutant.file), await compile(mutant.text));
      try {
        await bundle(folder, ENTRIES[suite.bundle], "worker.js");
        return await runTest(folder, suite.test);
      } finally {
        if (mutant !== undefined) write(folder, outputOf(mutant.file), await compile(sources.get(mutant.file) ?? ""));
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A suite that takes longer is stopped: a wall that is missing may also hang a test. */
const TIMEOUT_MS = 180_000;

function runTest(folder: string, test: string): Promise<Verdict> {
  const child = spawn(process.execPath, ["--test", "--test-reporter=tap", outputOf(test)], {
    cwd: folder,
    // A group of its own, so that the runtime that it starts ends with it.
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, WORKER_BUNDLE: path.join(folder, "worker.js"), NODE_OPTIONS: "" },
  });
  const stop = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end({ outcome: "timeout" }), TIMEOUT_MS);
    let output = "";
    const end = (verdict: Verdict): void => {
      clearTimeout(timer);
      stop();
      resolve(verdict);
    };
    child.stdout.on("data", (chunk: unknown) => {
      output += String(chunk);
      const failed = /^ *not ok \d+ - (.*)$/m.exec(output)?.[1];
      if (failed !== undefined) end({ outcome: "failed", failed });
    });
    child.on("error", reject);
    child.on("close", (code) => end({ outcome: code === 0 ? "passed" : "failed" }));
  });
}

async function compile(text: string): Promise<string> {
  return (await transform(text, { loader: "ts", format: "esm", target: TARGET })).code;
}

async function bundle(folder: string, entry: string, output: string): Promise<void> {
  await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    outfile: output,
    bundle: true,
    format: "esm",
    target: TARGET,
    external: ["cloudflare:*", "node:*"],
    conditions: ["workerd", "worker"],
    mainFields: ["browser", "module", "main"],
    logLevel: "error",
    allowOverwrite: true,
  });
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !LEFT_OUT.test(file) && !file.endsWith(".d.ts"));
}

function outputOf(file: string): string {
  return file.replace(/\.ts$/, ".js");
}

function read(root: string, file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

function write(root: string, file: string, text: string): void {
  const target = path.join(root, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}
