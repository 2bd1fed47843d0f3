// tsc --project <tsconfig> --rootDir <folder>, as a function that a persistent worker can call again and again.
//
// The compiler is TypeScript 7, a native program: started anew for each target it takes a quarter of the processor's time of
// the one in JavaScript, even when that stays in memory. It is asked for one thread, because Bazel runs many at once.
const { spawnSync } = require("node:child_process");
const { createRequire } = require("node:module");
const path = require("node:path");

// A target is small and its compiler soon over: it looks for memory that is free again only when it has a lot of it.
const environment = { ...process.env, GOGC: "off", GOMEMLIMIT: "1GiB" };

/** @returns the exit code of tsc: 0, or another after errors, which are printed as tsc prints them */
exports.run = (args) => {
  const { status, signal, error, stdout, stderr } = spawnSync(compilerPath(), [...args, "--singleThreaded"], {
    encoding: "utf8",
    env: environment,
    maxBuffer: 64_000_000,
  });
  if (error) throw error;
  process.stdout.write(stdout + stderr);
  if (signal !== null) process.stdout.write(`tsc was ended by ${signal}\n`);
  return status ?? 1;
};

/** The program lies in a package of its own for each platform. */
function compilerPath() {
  const { resolve } = createRequire(require.resolve("typescript-native/package.json"));
  const ofPlatform = resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`);
  return path.join(path.dirname(ofPlatform), "lib", "tsc");
}

if (require.main === module) process.exitCode = exports.run(process.argv.slice(2));
