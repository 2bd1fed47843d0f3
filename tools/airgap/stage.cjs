// Runs a node program of the air-gapped mode in a private directory, the stage: declared inputs are real files
// there and only the declared npm packages are in its node_modules, so that nothing undeclared can be resolved.
//
//   node stage.cjs <program.json> [args...]         a program that a user or a test starts
//   node stage.cjs <program.json> @<parameters>     a build action: a line with its manifest, then its arguments
//   node stage.cjs <program.json> --persistent_worker   many such actions in one process; see persistent_worker.cjs
//
// Both manifests: {
//   files: [[src, dest]]  src relative to the base, dest relative to the stage
//   npm: [link.json]      see npm_links.cjs
// }
// That of the program has also: entry, args, env: the program, its first arguments, its environment.
// That of an action has also outs: [[src, dest]], src relative to the stage, dest relative to the base.
// The base is $AIRGAP_BASE (the runfiles of the program) or, for an action, the working directory.
//
// The program runs in this very process, as in rules_js: signals reach it once and node starts only once.
const fs = require("node:fs");
const { enableCompileCache, runMain } = require("node:module");
const os = require("node:os");
const path = require("node:path");

// Compiled code of typescript, eslint and the like, found by its path: saves a fifth of a lint's time.
const { directory: compileCache } = enableCompileCache();
// For what lives as long as an action: a disk takes five times the processor's time for it, and waits besides.
const MEMORY = "/dev/shm";
const MIN_FREE_MEMORY_BYTES = 1_000_000_000;
// What lies in a stage has another path each time and is never found again. A worker starts seldom: it begins anew.
const MAX_COMPILE_CACHE_FILES = 50_000;

const startDirectory = process.cwd();
const runfiles = process.env.AIRGAP_BASE;
delete process.env.AIRGAP_BASE;
const [programManifest, ...callersArguments] = process.argv.slice(2);
const program = readManifest(programManifest, runfiles);

if (callersArguments.includes("--persistent_worker")) {
  boundCompileCache();
  require("./persistent_worker.cjs").serve({ program, createStage, fillStage, copyOutputs, readAction, fastFolder });
} else {
  runOnce();
}

function boundCompileCache() {
  try {
    // A folder per version of node.
    for (const folder of fs.readdirSync(compileCache).map((name) => path.join(compileCache, name)))
      if (fs.readdirSync(folder).length > MAX_COMPILE_CACHE_FILES) fs.rmSync(folder, { recursive: true });
  } catch {
    // There is none, or another worker is at it.
  }
}

function runOnce() {
  const parameters =
    callersArguments.length === 1 && callersArguments[0].startsWith("@") && callersArguments[0].slice(1);
  const action = parameters ? readAction(fs.readFileSync(parameters, "utf8").trimEnd().split("\n")) : undefined;
  const folders = [createStage(process.env.TEST_TMPDIR ?? (action ? startDirectory : os.tmpdir()))];
  const [stage] = folders;
  if (process.env.TEST_TMPDIR !== undefined) {
    // Databases wait for their disk. Bazel's own folder has a path too long for a socket.
    process.env.TMPDIR = createStage(fastFolder());
    folders.push(process.env.TMPDIR);
  }
  const removeAll = () => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true }));

  process.on("exit", (code) => {
    process.chdir(startDirectory);
    if (code === 0 && action) process.exitCode = copyOutputs(stage, action, program);
    removeAll();
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) endOnSignal(signal, removeAll);

  fillStage(stage, program);
  if (action) fillStage(stage, action);
  Object.assign(process.env, program.env);
  process.env.PATH = `${path.dirname(process.execPath)}:${process.env.PATH ?? "/usr/bin:/bin"}`;
  process.chdir(stage);
  process.env.PWD = stage;
  const programArguments = [...program.args, ...(action?.args ?? callersArguments)];
  process.argv = [process.execPath, path.join(stage, program.entry), ...programArguments];
  runMain(process.argv[1]);
}

function readManifest(file, base) {
  return { ...JSON.parse(fs.readFileSync(file, "utf8")), base };
}

/** The action of a parameter file: its manifest's path, then an argument per line. */
function readAction([manifest, ...args]) {
  return { ...readManifest(path.resolve(startDirectory, manifest), startDirectory), args };
}

function createStage(folder) {
  return fs.mkdtempSync(path.join(fs.realpathSync(folder), "stage-"));
}

/** In memory where there is plenty, as there is not in every container. */
function fastFolder() {
  try {
    const { bavail, bsize } = fs.statfsSync(MEMORY);
    if (bavail * bsize < MIN_FREE_MEMORY_BYTES) return os.tmpdir();
    fs.accessSync(MEMORY, fs.constants.W_OK);
    return MEMORY;
  } catch {
    return os.tmpdir();
  }
}

function fillStage(stage, { base, files, npm, outs = [] }) {
  for (const [src, dest] of files) {
    const to = path.join(stage, dest);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    const from = path.join(base, src);
    if (fs.statSync(from).isFile()) fs.copyFileSync(from, to);
    else fs.cpSync(from, to, { recursive: true, dereference: true });
  }
  for (const link of npm) {
    const real = fs.realpathSync(path.join(base, link));
    const npmRoot = real.slice(0, real.lastIndexOf("/links/"));
    const { name } = JSON.parse(fs.readFileSync(real, "utf8"));
    const to = path.join(stage, "node_modules", name);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    if (!fs.existsSync(to)) fs.symlinkSync(path.join(npmRoot, "node_modules", name), to);
  }
  for (const [src] of outs) fs.mkdirSync(path.dirname(path.join(stage, src)), { recursive: true });
}

/** Copies what the program wrote to where Bazel looks for it; the exit code tells if something is missing. */
function copyOutputs(stage, { outs, base }, { entry }) {
  for (const [src, dest] of outs) {
    const from = path.join(stage, src);
    if (!fs.existsSync(from)) {
      console.error(`${entry}: the declared output ${src} was not written`);
      return 1;
    }
    fs.copyFileSync(from, path.join(base, dest));
  }
  return 0;
}

/** Empties the stage when a signal ends the program. A program that handles the signal itself is left alone. */
function endOnSignal(signal, clean) {
  process.on(signal, () => {
    if (process.listenerCount(signal) > 1) return;
    clean();
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
