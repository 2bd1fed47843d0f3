// tsc --project <tsconfig> --rootDir <folder>, as a function that a persistent worker can call again and again.
//
// Parsed declaration files of npm packages, the standard library's among them, are kept for the next call: they are
// most of what a small target reads. Their paths name package and version, so that they never change.
const path = require("node:path");
const ts = require("typescript");

const declarationsOfPackages = new Map();

// TypeScript's own remembers the first answer, but every call has a directory of its own.
ts.sys.getCurrentDirectory = () => process.cwd();

/** @returns the exit code of tsc: 0, or 2 after errors, which are printed as tsc prints them */
exports.run = ([, tsconfig, , rootDir]) => {
  const config = ts.getParsedCommandLineOfConfigFile(
    tsconfig,
    { rootDir: path.resolve(rootDir) },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => report([diagnostic]) },
  );
  if (config === undefined) return 2;
  const { options, fileNames, errors } = config;
  const program = ts.createProgram({ rootNames: fileNames, options, host: createHost(options) });
  const beforeEmit = [...errors, ...ts.getPreEmitDiagnostics(program)];
  const emitted = program.emit();
  const diagnostics = ts.sortAndDeduplicateDiagnostics([...beforeEmit, ...emitted.diagnostics]);
  report(diagnostics);
  return diagnostics.length === 0 ? 0 : 2;
};

function createHost(options) {
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (file, ...rest) => {
    if (!file.includes("/node_modules/")) return getSourceFile(file, ...rest);
    if (!declarationsOfPackages.has(file)) declarationsOfPackages.set(file, getSourceFile(file, ...rest));
    return declarationsOfPackages.get(file);
  };
  return host;
}

function report(diagnostics) {
  const host = {
    getCanonicalFileName: (file) => file,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => "\n",
  };
  if (diagnostics.length > 0) process.stdout.write(ts.formatDiagnostics(diagnostics, host));
}

if (require.main === module) process.exitCode = exports.run(process.argv.slice(2));
