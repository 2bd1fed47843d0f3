/**
 * Build action of every package with TypeScript: writes what the rules of eslint.config.js find in its sources; an empty
 * report says that all is well. The test `:lint` reads it.
 *
 *     lint.js <report> <file>:<the tsconfig that it is compiled with>...
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { ESLint, type Linter } from "eslint";
import ts from "typescript";

const eslintConfig = new URL("../../eslint.config.js", import.meta.url);

/** Parsed declaration files of npm packages: most of what a small package reads, and the same in every call. */
const declarationsOfPackages = new Map<string, ts.SourceFile | undefined>();

/** Sources that are looked at together, paths from the root. */
interface Compilation {
  readonly options: ts.CompilerOptions;
  readonly files: string[];
}

const RUNTIME_TYPES = "@cloudflare/workers-types";

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export async function run([report = "", ...sources]: readonly string[]): Promise<number> {
  const cwd = process.cwd();
  const { default: rules } = (await import(eslintConfig.href)) as { default: Linter.Config[] };
  const texts: string[] = [];
  for (const compilation of compilationsOf(cwd, sources)) texts.push(await lint(cwd, rules, compilation));
  writeFileSync(report, texts.join(""));
  return 0;
}

async function lint(cwd: string, rules: Linter.Config[], { options, files }: Compilation): Promise<string> {
  // The compiler's own view: a type that is no declared dependency is unknown here too.
  const view = {
    languageOptions: { parserOptions: { projectService: false, programs: [createProgram(cwd, options, files)] } },
    linterOptions: { reportUnusedDisableDirectives: "error" as const },
  };
  const eslint = new ESLint({ cwd, overrideConfigFile: true, baseConfig: [...rules, view] });
  return describeProblems(eslint, await eslint.lintFiles(files), cwd);
}

async function describeProblems(eslint: ESLint, results: ESLint.LintResult[], cwd: string): Promise<string> {
  const faulty = results.filter(({ messages }) => messages.length > 0);
  if (faulty.length === 0) return "";
  const formatter = await eslint.loadFormatter("stylish");
  const files = faulty.map(({ filePath }) => path.relative(cwd, filePath));
  return [
    (await formatter.format(faulty)).replaceAll(`${cwd}/`, ""),
    `Many of these can be repaired at once: npx eslint --fix ${files.join(" ")}\n`,
  ].join("\n");
}

/** Few, because each finds out anew what all declarations mean. */
function compilationsOf(cwd: string, sources: readonly string[]): Compilation[] {
  const byTypes = new Map<string, Compilation>();
  const optionsOf = new Map<string, ts.CompilerOptions>();
  for (const source of sources) {
    const [file = "", tsconfig = ""] = source.split(":");
    const options = optionsOf.get(tsconfig) ?? readOptions(cwd, tsconfig);
    optionsOf.set(tsconfig, options);
    const types = JSON.stringify([options.types, options.jsx]);
    const compilation = byTypes.get(types) ?? { options, files: [] };
    compilation.files.push(file);
    byTypes.set(types, compilation);
  }
  // The tests of what runs in a Worker see node's globals besides. Code for node alone stays alone: the runtime makes its Buffer any.
  const runtime = JSON.stringify([[RUNTIME_TYPES], undefined]);
  const tests = byTypes.get(JSON.stringify([["node", RUNTIME_TYPES], undefined]));
  if (tests !== undefined) {
    tests.files.push(...(byTypes.get(runtime)?.files ?? []));
    byTypes.delete(runtime);
  }
  return [...byTypes.values()];
}

function readOptions(cwd: string, tsconfig: string): ts.CompilerOptions {
  const host = {
    ...ts.sys,
    getCurrentDirectory: () => cwd,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }: ts.Diagnostic) => {
      throw new Error(`${tsconfig}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
    },
  };
  const config = ts.getParsedCommandLineOfConfigFile(path.join(cwd, tsconfig), {}, host);
  if (config === undefined) throw new Error(`${tsconfig} cannot be read.`);
  return config.options;
}

function createProgram(cwd: string, options: ts.CompilerOptions, files: readonly string[]): ts.Program {
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getCurrentDirectory = () => cwd;
  host.getSourceFile = (file, ...rest) => {
    if (!file.includes("/node_modules/")) return getSourceFile(file, ...rest);
    if (!declarationsOfPackages.has(file)) declarationsOfPackages.set(file, getSourceFile(file, ...rest));
    return declarationsOfPackages.get(file);
  };
  return ts.createProgram({ rootNames: files.map((file) => path.join(cwd, file)), options, host });
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
