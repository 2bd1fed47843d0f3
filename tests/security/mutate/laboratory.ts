import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { build, transform } from "esbuild";

import type { Mutant } from "#tests/security/mutate/find-mutants";
import { runTest, type Verdict } from "#tests/security/mutate/run-test";
import type { Suite } from "#tests/security/mutate/suites";

/** A compiled copy of the repository in which walls can be taken away. */
export interface Laboratory {
  /** Sources by path. */
  readonly sources: ReadonlyMap<string, string>;
  /** Whether a suite's test, or the Worker that it boots, has a source in it. */
  sees(suite: Suite, file: string): Promise<boolean>;
  /** Runs a suite with a mutant in place, or with none; stops at the first test that fails. */
  run(suite: Suite, mutant?: Mutant): Promise<Verdict>;
  remove(): void;
}

const ROOTS = ["platform", "tests", "tools"];
const LEFT_OUT = /(^|\/)(node_modules|golden|testdata|page)(\/|$)/;
const TARGET = "es2024";

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
  cpSync(path.join(workspace, "docs/runbooks"), path.join(folder, "docs/runbooks"), { recursive: true });
  write(folder, "package.json", read(workspace, "package.json"));
  symlinkSync(path.join(packages, "node_modules"), path.join(folder, "node_modules"));
  cpSync(path.join(packages, "platform/console/assets"), path.join(folder, "platform/console/assets"), {
    recursive: true,
    dereference: true,
  });
  const simulators = "platform/simulators/worker";
  await bundle(folder, `${simulators}/simulator-worker.js`, `${simulators}/simulator_worker.js`);

  /** Sources of each Worker that has been bundled, by its entry; a bundle without mutants is made once. */
  const workers = new Map<string, ReadonlySet<string>>();
  const tests = new Map<string, Promise<ReadonlySet<string>>>();
  const workerOf = (entry: string): string => path.join(folder, `${entry.replaceAll("/", "-")}.bundle.js`);
  const sourcesOfWorker = async (entry: string): Promise<ReadonlySet<string>> => {
    const known = workers.get(entry) ?? (await bundle(folder, outputOf(entry), workerOf(entry)));
    workers.set(entry, known);
    return known;
  };
  const sourcesOfTest = (test: string): Promise<ReadonlySet<string>> => {
    const known = tests.get(test) ?? bundle(folder, outputOf(test));
    tests.set(test, known);
    return known;
  };
  return {
    sources,
    async sees({ test, worker }, file) {
      const seen = (await sourcesOfTest(test)).has(outputOf(file));
      return seen || (worker !== undefined && (await sourcesOfWorker(worker)).has(outputOf(file)));
    },
    async run({ test, worker, names }, mutant) {
      if (worker !== undefined) await sourcesOfWorker(worker);
      const isInWorker = mutant !== undefined && workers.get(worker ?? "")?.has(outputOf(mutant.file)) === true;
      const bundleAgain = async (): Promise<unknown> =>
        isInWorker && worker !== undefined && (await bundle(folder, outputOf(worker), workerOf(worker)));
      if (mutant !== undefined) write(folder, outputOf(mutant.file), await compile(mutant.text));
      try {
        await bundleAgain();
        return await runTest(folder, outputOf(test), {
          worker: worker === undefined ? undefined : workerOf(worker),
          names,
        });
      } finally {
        if (mutant !== undefined) write(folder, outputOf(mutant.file), await compile(sources.get(mutant.file) ?? ""));
        await bundleAgain();
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function compile(text: string): Promise<string> {
  return (await transform(text, { loader: "ts", format: "esm", target: TARGET })).code;
}

/** Bundles a module as workerd takes it; without an output, it is only looked at. Returns the files of this repository in it. */
async function bundle(folder: string, entry: string, output?: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    ...(output === undefined
      ? { write: false, packages: "external" }
      : { outfile: output, conditions: ["workerd", "worker"], mainFields: ["browser", "module", "main"] }),
    bundle: true,
    metafile: true,
    format: "esm",
    target: TARGET,
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
    allowOverwrite: true,
  });
  return new Set(Object.keys(metafile.inputs));
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
