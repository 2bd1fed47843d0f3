// Runs a node program of the air-gapped mode in a private directory, the stage: declared inputs are real files
// there and only the declared npm packages are in its node_modules, so that nothing undeclared can be resolved.
//
//   node stage.cjs <manifest.json> [args...]
//
// manifest: {
//   entry, args, env      the program, its first arguments, its environment
//   files: [[src, dest]]  src relative to the base, dest relative to the stage
//   npm: [link.json]      see npm_links.cjs
//   outs: [[src, dest]]   src relative to the stage, dest relative to the base (build actions only)
// }
// The base is $AIRGAP_BASE (the runfiles of a js_binary) or the working directory (a build action).
// $AIRGAP_ACTION names a second manifest: inputs and outputs of the js_run_binary that runs this js_binary.
//
// The program runs in this very process, as in rules_js: signals reach it once and node starts only once.
const fs = require("node:fs");
const { enableCompileCache, runMain } = require("node:module");
const os = require("node:os");
const path = require("node:path");

// Compiled code of typescript, eslint and the like, found by its content: saves a fifth of a lint's time.
enableCompileCache();

const startDirectory = process.cwd();
const runfiles = process.env.AIRGAP_BASE;
const actionManifest = process.env.AIRGAP_ACTION;
delete process.env.AIRGAP_BASE;
delete process.env.AIRGAP_ACTION;

const program = readManifest(process.argv[2], runfiles ?? startDirectory);
const action = actionManifest ? readManifest(path.resolve(startDirectory, actionManifest), startDirectory) : program;
const isRunByUser = runfiles && !actionManifest;
const stage = fs.mkdtempSync(
  path.join(fs.realpathSync(process.env.TEST_TMPDIR ?? (isRunByUser ? os.tmpdir() : startDirectory)), "stage-"),
);

process.on("exit", (code) => {
  process.chdir(startDirectory);
  if (code === 0) process.exitCode = copyOutputs();
  fs.rmSync(stage, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) endOnSignal(signal);

for (const manifest of new Set([program, action])) fillStage(manifest);
for (const [src] of action.outs ?? []) fs.mkdirSync(path.dirname(path.join(stage, src)), { recursive: true });
Object.assign(process.env, program.env);
process.env.PATH = `${path.dirname(process.execPath)}:${process.env.PATH ?? "/usr/bin:/bin"}`;
process.chdir(stage);
process.env.PWD = stage;
process.argv = [process.execPath, path.join(stage, program.entry), ...(program.args ?? []), ...process.argv.slice(3)];
runMain(process.argv[1]);

function readManifest(file, base) {
  return { ...JSON.parse(fs.readFileSync(file, "utf8")), base };
}

function fillStage({ base, files, npm }) {
  for (const [src, dest] of files) {
    const to = path.join(stage, dest);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.cpSync(fs.realpathSync(path.join(base, src)), to, { recursive: true, dereference: true });
  }
  for (const link of npm) {
    const real = fs.realpathSync(path.join(base, link));
    const npmRoot = real.slice(0, real.lastIndexOf("/links/"));
    const { name } = JSON.parse(fs.readFileSync(real, "utf8"));
    const to = path.join(stage, "node_modules", name);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    if (!fs.existsSync(to)) fs.symlinkSync(path.join(npmRoot, "node_modules", name), to);
  }
}

/** Copies what the program wrote to where Bazel looks for it; the exit code tells if something is missing. */
function copyOutputs() {
  for (const [src, dest] of action.outs ?? []) {
    const from = path.join(stage, src);
    if (!fs.existsSync(from)) {
      console.error(`${program.entry}: the declared output ${src} was not written`);
      return 1;
    }
    fs.copyFileSync(from, path.join(action.base, dest));
  }
  return 0;
}

/** Empties the stage when a signal ends the program. A program that handles the signal itself is left alone. */
function endOnSignal(signal) {
  process.on(signal, () => {
    if (process.listenerCount(signal) > 1) return;
    fs.rmSync(stage, { recursive: true, force: true });
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
